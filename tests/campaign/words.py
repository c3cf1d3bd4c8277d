"""Texts for simulated mail: sentences of a small vocabulary, none of them anybody's."""

SUBJECTS = """the committee|the harbour authority|a regional court|the energy regulator|the school board|the central bank|the border
agency|a group of engineers|the farmers' union|the election office|the city council|the fisheries minister|the national archive|
the research council|the railway operator|an independent panel""".replace("\n", " ").split("|")
VERBS = """delays|reviews|publishes|rejects|prepares|welcomes|postpones|questions|confirms|explains|withdraws|extends""".split("|")
OBJECTS = """the draft budget|a long promised report|the new ferry timetable|its rules on data|the list of observers|a plan for the
old port|the inquiry into pensions|a treaty on rivers|the second hearing|its answer to the petition|the grain agreement|the tender
for night trains|a survey of small towns|the appointment of a deputy|the memorandum on visas|the audit of grants""".replace(
    "\n", " ").split("|")
ENDS = """after weeks of talks|before the summer recess|despite a warning|as neighbours look on|for the third time|in a rare
statement|without a vote|while costs rise|amid calls for patience|at the request of both sides""".replace("\n", " ").split("|")
GIVEN = "Ada Bruno Carla Dario Elena Franz Greta Hugo Ines Jonas Karin Luis Marta Nils Olga Piet Rosa Sven Tilda Ugo Vera Wim Yara Zeno".split()
FAMILY = """Abel Berg Conti Dahl Ekman Faber Grass Holm Ivers Jansen Keller Lund Moreau Novak Olsen Prins Quast Rossi Stein Thiel Urban
Vidal Weiss Zeman""".split()


def clause(dice):
    return f"{dice.choice(SUBJECTS)} {dice.choice(VERBS)} {dice.choice(OBJECTS)} {dice.choice(ENDS)}"


def headline(dice):
    text = clause(dice)
    return text[0].upper() + text[1:]


def sentence(dice):
    return headline(dice) + "."


def paragraph(dice, most=5):
    return " ".join(sentence(dice) for _ in range(dice.randint(2, most)))


def person(dice):
    return f"{dice.choice(GIVEN)} {dice.choice(FAMILY)}"
