"""Boards: drafts, publishing, trying out, templates."""
