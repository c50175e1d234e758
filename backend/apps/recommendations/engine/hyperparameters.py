"""The hyperparameters of training, with the values that were found best."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """Found on validation splits of a published listening set, never on what is reported.

    The decision about recommendations says how they were found, and what each part adds.
    """

    # Makes the first factors; the same seed gives the same model.
    seed: int = 0

    # --- Factors
    # How often they are trained, each time from another beginning, and how many of them each time.
    sets: int = 4
    factors: int = 80
    rounds: int = 8
    # In how many numbers for each item all sets are kept; fewer make the file and an answer smaller.
    directions: int = 192
    # How much more a listen of usual strength counts than the absence of one.
    confidence: float = 12.0
    # How much more a strong listen counts than a weak one: 1 as its strength, 2 as its square.
    confidence_power: float = 2.0
    # Against overfitting, for each listen that a person or an item has.
    factor_penalty: float = 0.8

    # --- Items by items
    # The matrix is inverted whole: 8,000 items take 256 MB in single precision, three times over.
    most_items: int = 8000
    # Whom one person alone listens to is like nothing else.
    least_people: int = 2
    item_penalty: float = 30.0
    # The part of a history that training pretends not to know (the dropout of a denoising autoencoder).
    dropout: float = 0.7
    # Of each item's ties to others the strongest, by size.
    ties: int = 300

    # --- Both
    # What the items' opinion weighs beside the factors' 1, each in standard deviations of its own.
    item_weight: float = 0.1
