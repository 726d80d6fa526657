#include "data/synthetic/titles.hpp"

#include <fmt/format.h>

#include <array>
#include <span>
#include <string_view>

namespace alster::synthetic {

namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 48> adjectives = {
    "Amber",    "Ancient", "Bitter",   "Blue",    "Borrowed", "Broken",    "Burning",   "Careless", "Cold",   "Crooked",
    "Crystal",  "Distant", "Electric", "Empty",   "Endless",  "Faithful",  "Forgotten", "Frozen",   "Gentle", "Golden",
    "Hidden",   "Hollow",  "Honest",   "Iron",    "Last",     "Little",    "Lonely",    "Long",     "Lost",   "Lucky",
    "Midnight", "Paper",   "Patient",  "Quiet",   "Restless", "Scarlet",   "Second",    "Secret",   "Silent", "Silver",
    "Sleeping", "Stolen",  "Stubborn", "Thirsty", "Velvet",   "Wandering", "Wild",      "Winter",
};

constexpr std::array<std::string_view, 40> names = {
    "Anouk", "Åsa",    "Benoît", "Çelik", "Clara",  "Dmitri", "Elif",  "Eszter", "Fatou", "Frida",
    "Göran", "Hana",   "Ines",   "Ivo",   "Jürgen", "Kaito",  "Leyla", "Łucja",  "Mara",  "Mateo",
    "Nadia", "Noémie", "Olga",   "Omar",  "Pavel",  "Quinn",  "Rosa",  "Rafael", "Søren", "Sunniva",
    "Tariq", "Tove",   "Ulla",   "Vera",  "Wanda",  "Ximena", "Yusuf", "Željko", "Zoë",   "Ştefan",
};

constexpr std::array<std::string_view, 24> beginnings = {
    "Al",  "Bar", "Cor", "Dun", "El",   "Fal", "Gor", "Hel", "Is",  "Kal", "Lor", "Mar",
    "Nor", "Or",  "Pel", "Ros", "São ", "Tor", "Ul",  "Val", "Wes", "Yor", "Zan", "Øst",
};

constexpr std::array<std::string_view, 24> endings = {
    "berg",  "bourne", "cadia", "dale", "don", "eros", "fjord", "gard",  "haven", "ia",    "jara", "köping",
    "landa", "mere",   "moor",  "nia",  "oso", "peña", "rica",  "stead", "tora",  "ville", "wick", "zell",
};

constexpr std::size_t nouns_per_genre = 10;

// In the order of the genres of catalogue.cpp.
constexpr std::array<std::array<std::string_view, nouns_per_genre>, 18> nouns = {{
    {"Pursuit", "Target", "Convoy", "Gunner", "Strike", "Hijack", "Engine", "Bullet", "Heist", "Fury"},
    {"Island", "Compass", "Expedition", "River", "Treasure", "Summit", "Voyage", "Jungle", "Map", "Caravan"},
    {"Fox", "Balloon", "Robot", "Penguin", "Teapot", "Dragonfly", "Meadow", "Pencil", "Otter", "Cloud"},
    {"Puppy", "Treehouse", "Birthday", "Kite", "Holiday", "Snowman", "Pony", "Cookie", "Playground", "Kitten"},
    {"Wedding", "Neighbour", "Landlord", "Misunderstanding", "Uncle", "Picnic", "Impostor", "Roommate", "Sausage",
     "Prank"},
    {"Alibi", "Detective", "Ransom", "Verdict", "Gangster", "Witness", "Racket", "Informer", "Vault", "Forger"},
    {"Glacier", "Archive", "Orchestra", "Market", "Harvest", "Coastline", "Factory", "Migration", "Kitchen", "Reef"},
    {"Father", "Letter", "House", "Promise", "Daughter", "Silence", "Orchard", "Season", "Testament", "Shore"},
    {"Sorcerer", "Kingdom", "Unicorn", "Spell", "Throne", "Griffin", "Prophecy", "Realm", "Witch", "Amulet"},
    {"Emperor", "Cathedral", "Revolution", "Dynasty", "Explorer", "Treaty", "Queen", "Plague", "Scribe", "Siege"},
    {"Crypt", "Haunting", "Cellar", "Scream", "Curse", "Graveyard", "Séance", "Vampire", "Asylum", "Shadow"},
    {"Serenade", "Cabaret", "Ballroom", "Chorus", "Melody", "Tango", "Spotlight", "Overture", "Jukebox", "Waltz"},
    {"Cipher", "Vanishing", "Manor", "Riddle", "Stranger", "Locket", "Inspector", "Fog", "Footprint", "Diary"},
    {"Kiss", "Sweetheart", "Summer", "Proposal", "Moonlight", "Lover", "Valentine", "Honeymoon", "Café", "Embrace"},
    {"Nebula", "Android", "Colony", "Orbit", "Signal", "Starship", "Paradox", "Machine", "Comet", "Clone"},
    {"Hostage", "Deadline", "Conspiracy", "Double", "Trap", "Passenger", "Blackout", "Agent", "Deception", "Edge"},
    {"Battalion", "Trench", "Armistice", "Bridge", "Sergeant", "Front", "Submarine", "Bugle", "Regiment", "Bunker"},
    {"Saloon", "Sheriff", "Outlaw", "Canyon", "Mustang", "Frontier", "Stagecoach", "Prairie", "Holster", "Drifter"},
}};

std::string_view pick(Random& random, Words words)
{
    return words[random.below(static_cast<std::int64_t>(words.size()))];
}

std::string place(Random& random)
{
    const auto beginning = pick(random, beginnings);
    return fmt::format("{}{}", beginning, pick(random, endings));
}

}  // namespace

std::string draw_title(Random& random, int genre)
{
    const Words things = nouns[genre];
    const auto noun = pick(random, things);
    const auto adjective = pick(random, adjectives);
    const auto name = pick(random, names);
    const auto where = place(random);
    switch (random.below(8)) {
        case 0:
            return fmt::format("The {} {}", adjective, noun);
        case 1:
            return fmt::format("{} {}", adjective, noun);
        case 2:
            return fmt::format("The {} of {}", noun, where);
        case 3:
            return fmt::format("{} and the {}", name, noun);
        case 4:
            return fmt::format("{}'s {} {}", name, adjective, noun);
        case 5:
            return fmt::format("A {} in {}", noun, where);
        case 6:
            return fmt::format("{}, My {}", name, noun);
        default:
            return fmt::format("{} {} of {}", adjective, noun, where);
    }
}

}  // namespace alster::synthetic
