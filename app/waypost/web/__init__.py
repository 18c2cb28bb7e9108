"""The console's Streamlit-aware part: who is there, language, links, and view models for the pages."""
