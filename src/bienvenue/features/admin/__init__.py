"""Looking after the accounts of a service, by those who may."""
