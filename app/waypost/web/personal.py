"""Personal data, covered for those whose role does not need it; the rules stand in `waypost.services.personal`."""

from waypost.services.personal import attribute, cover, is_personal, payload, sees_all, text

__all__ = ["attribute", "cover", "is_personal", "payload", "sees_all", "text"]
