"""Files that are never lost: at every instant the old or the new one is complete under its name.

Everything that jiran writes for its users goes through here, whole or not at all: written beside, brought to the disk,
then put in place in one step. Nothing is replaced but what jiran wrote, and never what a run reads.
"""

from jiran.saving.folder import refuse_folder, save_folder
from jiran.saving.single import create_file, refuse_file, save_file
from jiran.saving.temporary import give_up

__all__ = ["create_file", "give_up", "refuse_file", "refuse_folder", "save_file", "save_folder"]
