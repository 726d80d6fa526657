"""Opens what alster writes, and serves from it: `Model`, `Lists`, `Dataset`, `RunLog`.

Only numpy and h5py are needed. Shapes in docstrings: U users, I items, W the columns of the stored factors, and f the
number of factors. W is f for implicit feedback, and f + 2 for explicit feedback: users [x, b_u, 1], items [y, 1, b_i].
"""
from .dataset import Dataset
from .errors import AlsterError, BadFileError, MissingDataError, UnknownIdError
from .events import Event
from .explanation import Explanation, Reason
from .lists import Lists
from .model import Model
from .ranking import Place
from .runlog import RunLog
from .side import Items, Side

__version__ = "0.1.0"
__all__ = ["AlsterError", "BadFileError", "Dataset", "Event", "Explanation", "Items", "Lists", "MissingDataError",
           "Model", "Place", "Reason", "RunLog", "Side", "UnknownIdError"]
