"""`python -m core.training.regime_map`: see core.training.regime_map.command."""

from core.training.regime_map.command import main

raise SystemExit(main())
