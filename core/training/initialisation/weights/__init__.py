"""A file of weights read: its format, its arrays, what each is, their layout and their order."""
