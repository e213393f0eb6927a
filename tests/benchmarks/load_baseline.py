"""A plain Streamlit page, to compare with: one slider and what it says. Run by load.py in the same minute."""

import streamlit as st

value = st.slider("value", 0.0, 10.0, 1.0, 0.05)
st.metric("twice the value", f"{2 * value:g}")
st.write(f"The slider says {value:g}.")
