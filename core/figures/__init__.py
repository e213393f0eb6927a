"""Plotly figures as pure functions of solutions; nothing here computes physics or draws on a screen."""
