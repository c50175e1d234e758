"""How often tracks were played at music services, day by day."""
