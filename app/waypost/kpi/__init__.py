"""KPIs: how long stages took and how many missed their targets."""
