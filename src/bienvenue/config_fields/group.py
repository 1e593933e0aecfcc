"""What every group of settings is."""

from pydantic import BaseModel, ConfigDict


class Group(BaseModel):
    """Settings of one matter; ``Settings`` is all of them together.

    A group is never made by itself: its validator would be built at each
    start and used by nobody.
    """

    model_config = ConfigDict(defer_build=True)
