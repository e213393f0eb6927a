"""What is taken away from a page: files that work without a server, films, figures for a paper."""
