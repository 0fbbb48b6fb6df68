"""First and last names as many people in Drenthe bear them; put together at random they mean nobody."""

from typing import Final

FIRST: Final = (
    "Aaltje", "Aisha", "Albertje", "Alie", "Anneke", "Annigje", "Arend", "Asmara", "Berend", "Berendina",
    "Bertus", "Bouke", "Coba", "Derk", "Dieneke", "Egbert", "Elly", "Elske", "Fatma", "Femke", "Fokje",
    "Geert", "Geesje", "Gerda", "Gerrie", "Gineke", "Greetje", "Grietje", "Hanneke", "Harm", "Hendrikje",
    "Hennie", "Hilda", "Hilje", "Ibrahim", "Ilona", "Jaantje", "Jaap", "Janneke", "Jannes", "Jantina",
    "Jantje", "Joke", "Karlijn", "Klaasje", "Lammert", "Lammie", "Leida", "Lieke", "Lubbert", "Lucas",
    "Luit", "Luuk", "Maaike", "Maarten", "Manon", "Mariëtte", "Marjan", "Marloes", "Mehmet", "Meino",
    "Merel", "Mieke", "Mirthe", "Nienke", "Nynke", "Otto", "Petronella", "Reind", "Reinder", "Rianne",
    "Rieks", "Roelie", "Roelof", "Sietske", "Siemen", "Sven", "Teun", "Tineke", "Trijntje", "Ursula",
    "Wiebe", "Wietske", "Willemien", "Wolter", "Yara", "Zoë", "Zwaantje",
)  # fmt: skip
LAST: Final = (
    "Alting", "Beukema", "Blokzijl", "Boersma", "Bruins", "Bruinsma", "Drent", "Eleveld", "Evers",
    "Fidom", "Hadders", "Hartsuiker", "Hoogeveen", "Huizing", "Jonkman", "Kamphuis", "Kikkert", "Koekoek",
    "Koopman", "Kroezen", "Kuik", "Lubbers", "Lunenborg", "Mekkes", "Middel", "Mulderij", "Nijboer",
    "Nijenhuis", "Nijstad", "Okken", "Oosting", "Pekel", "Prijs", "Reinders", "Santing", "Schonewille",
    "Schoonvelde", "Seinen", "Slomp", "Smid", "Snippe", "Steenbergen", "Stevens", "Strijker", "Talens",
    "Tuin", "Veldman", "Venema", "Vos", "Wanders", "Warmelink", "Wever", "Wielink", "Winkel", "Withaar",
    "Wolters", "Yilmaz", "Zantinge", "Zomer", "de Groot", "de Jonge", "de Weerd", "ten Caat", "ten Kate",
    "ter Veen", "van Aalderen", "van den Berg", "van der Veen", "van der Weide", "van Goor", "van Zanten",
)  # fmt: skip
