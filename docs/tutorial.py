# ruff: noqa: B018, D100 - a cell's last expression is what it shows

# %% [markdown]
# # A vocabulary, a sound, and what the one says about the other
#
# Run cell by cell in an editor or notebook that knows `# %%`, or as a whole with
# `python docs/tutorial.py`.
# It needs the bundled encoder and ten animal sounds: `sonolex fetch yamnet minilm demo-sounds`.

# %%
from pathlib import Path

from concept_core import decompose, load_encoder, load_vocabulary
from concept_core.decomposition.dictionary import Dictionary
from concept_core.explanation.clips import explain_rows
from concept_core.explanation.groups import contrast, explain_groups
from concept_core.resources import resource_path
from vocab_builder.release.diff import diff

# %% [markdown]
# A vocabulary is an ordered list of concepts, each with its evidence. Notebooks show it as a table.

# %%
vocabulary = load_vocabulary("demo@1.0.0")
vocabulary

# %% [markdown]
# Every result becomes a pandas frame: here, how many concepts each source has evidence for.

# %%
concepts = vocabulary.to_frame()
concepts["sources"].value_counts()

# %% [markdown]
# An encoder puts sounds and words into one space; a dictionary is a vocabulary in that space.

# %%
encoder = load_encoder("yamnet-minilm")
dictionary = Dictionary.build(vocabulary, encoder)
sounds = sorted(Path(resource_path("demo-sounds")).glob("*.mp3"))
names = [path.stem for path in sounds]
x = encoder.encode_audio(sounds)

# %% [markdown]
# A decomposition writes each sound as a sum of few concepts: at most five here.

# %%
result = decompose(x, dictionary.atoms, l0=5)
weights = result.to_frame(dictionary.labels)
result

# %% [markdown]
# The same, by name: what is in the sheep?

# %%
explanations = explain_rows(x, names, dictionary, l0=5)
sheep = explanations[names.index("sheep")]
sheep

# %% [markdown]
# What do farm animals have in common, and what have birds that they have not?

# %%
farm = [names.index(name) for name in ("cow", "pig", "sheep", "horse")]
birds = [names.index(name) for name in ("duck", "owl", "rooster")]
(together,) = explain_groups(x, {"farm": farm}, dictionary, l0=5, top=8)
apart = contrast(x, ("birds", birds), ("farm", farm), dictionary, l0=5, top=8)
apart

# %% [markdown]
# And without a concept: what stands in for it, and how much is lost?

# %%
fewer = vocabulary.without([sheep.concepts[0][0]])
(without,) = explain_rows(
    x[[names.index("sheep")]], ["sheep"], Dictionary.build(fewer, encoder), l0=5
)
lost = sheep.cosine - without.cosine

# %% [markdown]
# Two versions of a vocabulary: what was added, removed, renamed and moved.

# %%
changes = diff(load_vocabulary("demo@0.1.0"), vocabulary)
changes
