"""Components of the dashboard's own: what Streamlit has no widget for."""
