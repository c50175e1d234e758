"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class FrugalArgon2(Argon2PasswordHasher):
    """Argon2id with OWASP's smallest recommended parameters.

    Django's own take 100 MiB for each login, which a small machine doesn't have for ten at once.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
