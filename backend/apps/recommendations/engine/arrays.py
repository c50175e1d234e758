"""What arrays hold, for the types of everything else."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

# Of one or two dimensions, as the names say. Factors and scores are single precision throughout.
Floats: TypeAlias = NDArray[np.floating[Any]]
Integers: TypeAlias = NDArray[np.integer[Any]]
