"""Local stand-ins for Dynamics, Marketo and Slack: HTTP services that refuse what the real ones refuse."""
