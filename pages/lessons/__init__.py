"""What stands round a page: the frame, presets, guided steps, predictions, comparison, the projector, hand-outs."""
