from __future__ import annotations

from concept_core.vocabulary import Concept, Vocabulary
from vocab_builder.curation.aliases import Annotation
from vocab_builder.release.release import Release
from vocab_builder.reporting.families import families_of


def release(*concepts: Concept, broader: dict[str, str] | None = None) -> Release:
    return Release(
        Vocabulary("toy", "1.0.0", concepts),
        annotations=tuple(
            Annotation(one, "broader", other) for one, other in (broader or {}).items()
        ),
    )


def concept(name: str, *links: str) -> Concept:
    return Concept(name, name, "noun", 1, (), links)


DOGS = [concept(f"dog {at}", "audioset-broader:/m/dog") for at in range(3)]
ANIMALS = [
    concept("animal", "audioset:/m/animal"),
    concept("dog", "audioset:/m/dog", "audioset-broader:/m/animal"),
    *DOGS,
]


def test_a_family_is_named_by_the_broadest_concept_that_is_there() -> None:
    families = families_of([release(*ANIMALS, concept("rain", "audioset:/m/rain"))])
    assert families.names == ("animal",)
    assert families.of == dict.fromkeys(["animal", "dog", "dog 0", "dog 1", "dog 2"], 0)
    # Its parent is not in the vocabulary: the broadest that is there names it, and is too small.
    assert families_of([release(*ANIMALS[1:])]).names == ()


def test_the_largest_family_comes_first_and_a_label_is_in_one() -> None:
    vehicles = [concept("vehicle", "audioset:/m/v")]
    vehicles += [concept(f"car {at}", "audioset-broader:/m/v") for at in range(6)]
    one, other = release(*ANIMALS), release(*vehicles, concept("dog", "audioset-broader:/m/v"))
    families = families_of([one, other])
    assert families.names == ("vehicle", "animal")
    assert families.of["dog"] == 1


def test_what_a_person_decided_goes_before_audioset() -> None:
    pets = [concept(f"pet {at}") for at in range(4)]
    broader = {one.id: "pets" for one in (*pets, *DOGS)}
    families = families_of([release(*ANIMALS, concept("pets"), *pets, broader=broader)])
    assert families.names == ("pets",)
    assert families.of["dog 0"] == families.of["pets"] == 0
    assert "dog" not in families.of


def test_a_circle_ends_and_a_list_of_words_has_no_families() -> None:
    round_trip = {f"word {at}": f"word {(at + 1) % 6}" for at in range(6)}
    words = [concept(f"word {at}") for at in range(6)]
    assert families_of([release(*words, broader=round_trip)]).names == ()
    assert families_of([release(*words)]).names == ()
