"""Words by which a person may name a class of everyday sounds: its own words, forms, synonyms.

A concept that is one of them names the class (the measure ``named@k``). They are the sound
itself, its source, or the verb for making it; never a mere place or company, and no word that
names another class of the same data set as well. Chosen by hand, lower case.
"""

from __future__ import annotations

from collections.abc import Iterable

_ANIMALS = {
    "cat": "cats, meow, meowing, kitten, purr, purring, caterwaul",
    "chirping birds": "bird, birds, birdsong, bird song, chirp, chirping, tweet, tweeting",
    "cow": "cows, cattle, moo, mooing, calf",
    "crickets": "cricket, stridulation",
    "crow": "crows, caw, cawing, raven",
    "dog": "dogs, bark, barking, dog bark, puppy, woof, canine",
    "dog bark": "dog, dogs, bark, barking, dog barking, puppy, woof, canine",
    "duck": "ducks, quack, quacking, mallard",
    "frog": "frogs, croak, croaking, ribbit, toad",
    "hen": "hens, chicken, chickens, cluck, clucking, poultry",
    "horse": "horses, neigh, neighing, whinny, pony",
    "insects": "insect, bug, buzz, buzzing, fly, bee, mosquito",
    "owl": "owls, hoot, hooting",
    "pig": "pigs, oink, oinking, hog, swine, piglet",
    "rooster": "roosters, cock, cockerel, crowing, cock-a-doodle-doo",
    "sheep": "lamb, bleat, bleating, baa",
}
_NATURE_AND_PEOPLE = {
    "breathing": "breath, breathe, inhale, exhale, respiration, panting",
    "brushing teeth": "toothbrush, brush teeth, teeth brushing, tooth brushing",
    "children playing": "child, children, kids, kid, playground, children shouting",
    "clapping": "clap, applause, handclap, hand clap, applaud",
    "coughing": "cough, coughs",
    "crackling fire": "fire, crackle, crackling, campfire, bonfire, flame, fireplace",
    "crying baby": "baby, cry, crying, baby cry, infant cry, infant, wail, sob",
    "drinking sipping": "drinking, drink, sipping, sip, slurp, gulp, swallow",
    "footsteps": "footstep, step, steps, walking, walk, tread",
    "laughing": "laugh, laughter, giggle, chuckle",
    "pouring water": "pour, pouring, pour water",
    "rain": "raining, rainfall, raindrop, raindrops, drizzle, downpour",
    "sea waves": "sea, wave, waves, ocean, surf, ocean waves",
    "sneezing": "sneeze, sneezes, achoo",
    "snoring": "snore, snores, snorer",
    "street music": "music, musician, busker, busking, street musician",
    "thunderstorm": "thunder, storm, lightning, thunderclap",
    "toilet flush": "toilet, flush, flushing, flush toilet",
    "water drops": "water drop, drop, drip, dripping, droplet, drops",
    "wind": "windy, breeze, gust, gale",
}
_THINGS = {
    "air conditioner": "air conditioning, air conditioners, aircon, ventilator",
    "airplane": "plane, aeroplane, aircraft, jet, propeller plane",
    "can opening": "can, open can, tin can, soda can, ring pull",
    "car horn": "horn, honk, honking, car honk, beep, toot",
    "chainsaw": "chain saw, chainsaws",
    "church bells": "church bell, bell, bells, bell tolling, toll, chime",
    "clock alarm": "alarm clock, alarm, clock radio",
    "clock tick": "clock, tick, ticking, tick-tock, clock ticking",
    "door wood creaks": "creak, creaking, squeak, creaky door, door creak, door squeak",
    "door wood knock": "knock, knocking, door knock, knock on door, rap",
    "drilling": "drill, drills, power drill, drilling machine",
    "engine": "motor, engines, engine running, engine idling",
    "engine idling": "engine, motor, idling, idle, engine running",
    "fireworks": "firework, firecracker, fire cracker, rocket",
    "glass breaking": "glass, break glass, breaking glass, shatter, shattering, smash",
    "gun shot": "gun, gunshot, gunfire, shot, shooting, pistol, rifle, firearm",
    "hand saw": "saw, sawing, handsaw",
    "helicopter": "chopper, helicopters, rotor, rotorcraft",
    "jackhammer": "jack hammer, pneumatic drill, pneumatic hammer, breaker",
    "keyboard typing": "keyboard, typing, type, computer keyboard, typist",
    "mouse click": "click, computer mouse, mouse clicking, clicking",
    "siren": "sirens, ambulance, police car, fire engine, emergency vehicle",
    "train": "railway, locomotive, trains, rail, railroad, rail transport",
    "vacuum cleaner": "vacuum, hoover, vacuuming, vacuum cleaners",
    "washing machine": "washer, laundry, spin cycle",
}
_SYNONYMS = {
    name: tuple(words.split(", "))
    for group in (_ANIMALS, _NATURE_AND_PEOPLE, _THINGS)
    for name, words in group.items()
}


def synonyms_of(classes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The synonyms of each class; none is a name, or a synonym, of another class.

    Raises
    ------
    KeyError
        A class that has none here.
    """
    return {name: _SYNONYMS[name] for name in classes}
