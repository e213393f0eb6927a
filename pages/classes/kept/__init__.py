"""What is kept of a class, and nothing of how it looks: codes, rows, records. Knows no Streamlit."""
