"""A file of data read: text into cells, cells into inputs and a target."""
