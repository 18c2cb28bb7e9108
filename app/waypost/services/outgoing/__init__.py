"""Events going out: subscriptions that are told by signed webhooks what happened, in order and at least once."""
