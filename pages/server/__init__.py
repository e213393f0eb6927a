"""The server: start and end, limits, headers, files, and every private name of Streamlit that is used."""
