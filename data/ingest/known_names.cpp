#include "data/ingest/known_names.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace alster {

namespace {

constexpr auto users = std::to_array<std::string_view>(
    {"user",     "userid",    "uid",       "username", "userkey",      "customer",   "customerid", "visitorid",
     "viewerid", "profileid", "accountid", "memberid", "subscriberid", "reviewerid", "listenerid", "clientid",
     "userno",   "visitor",   "member",    "reviewer", "account",      "playerid",   "personid",   "readerid"});
// In the order in which they win in an items file.
constexpr auto items = std::to_array<std::string_view>(
    {"item",      "itemid",    "iid",     "movieid",    "movie",     "videoid",   "video",   "sku",
     "product",   "productid", "asin",    "parentasin", "contentid", "titleid",   "showid",  "programid",
     "episodeid", "assetid",   "mediaid", "trackid",    "songid",    "artistid",  "albumid", "bookid",
     "isbn",      "articleid", "newsid",  "businessid", "gameid",    "itemno",    "itemkey", "filmid",
     "contents",  "animeid",   "appid",   "recipeid",   "podcastid", "courseid",  "venueid", "placeid",
     "beerid",    "jokeid",    "postid",  "documentid", "docid",     "listingid", "hotelid"});
// Of logs only: in an items file they describe.
constexpr auto item_nouns =
    std::to_array<std::string_view>({"items", "film", "show", "content", "song", "track", "artist", "album", "book",
                                     "anime", "game", "article", "business", "recipe"});
constexpr auto values = std::to_array<std::string_view>(
    {"value",      "rating",      "ratings",    "score",       "stars",    "overall",    "bookrating", "plays",
     "playcount",  "watchratio",  "count",      "weight",      "quantity", "n",          "counts",     "listencount",
     "eventvalue", "ratingvalue", "userrating", "ratingscore", "label",    "starrating", "target",     "click",
     "isclick",    "clicked",     "like",       "islike",      "liked"});
constexpr auto times = std::to_array<std::string_view>(
    {"time",        "timestamp",  "ts",         "tsms",           "datetime",  "eventtime",  "eventtimestamp",
     "timestampms", "timestamps", "unixtime",   "createdat",      "watchedat", "playedat",   "unixreviewtime",
     "reviewtime",  "date",       "day",        "created",        "eventdate", "ratingtime", "ratingtimestamp",
     "eventts",     "tdat",       "reviewdate", "transactiondate"});
constexpr auto types =
    std::to_array<std::string_view>({"event", "eventtype", "type", "action", "actiontype", "behavior", "behaviour",
                                     "behaviortype", "feedbacktype", "interaction", "interactiontype", "eventname"});
constexpr std::array<std::string_view, 1> confidences = {"confidence"};

constexpr auto item_titles =
    std::to_array<std::string_view>({"title", "name", "movietitle", "itemname", "productname", "booktitle"});
constexpr std::array<std::string_view, 5> item_genres = {"genres", "genre", "categories", "category", "class"};

std::optional<int> position(std::span<const std::string_view> names, std::string_view name)
{
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<int>(found - names.begin());
}

}  // namespace

std::string plain_name(std::string_view name)
{
    std::string plain;
    for (const char c : name.substr(0, name.find(':'))) {
        if (c == '_' || c == '-' || c == ' ') continue;
        plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return plain;
}

std::optional<EventColumn> known_column(std::string_view name)
{
    const std::string plain = plain_name(name);
    const std::array<std::span<const std::string_view>, 6> tables = {users, items, values, times, types, confidences};
    for (std::size_t t = 0; t < tables.size(); ++t)
        if (position(tables[t], plain)) return static_cast<EventColumn>(t);
    return position(item_nouns, plain) ? std::optional(EventColumn::item) : std::nullopt;
}

std::optional<KnownDescription> known_description(Side side, std::string_view name)
{
    const std::string plain = plain_name(name);
    const std::span<const std::string_view> ids =
        side == Side::users ? std::span<const std::string_view>(users) : items;
    if (const auto order = position(ids, plain)) return KnownDescription{"id", *order};
    if (plain == "id") return KnownDescription{"id", static_cast<int>(ids.size())};
    if (side == Side::users) return std::nullopt;
    if (const auto order = position(item_titles, plain)) return KnownDescription{"title", *order};
    if (const auto order = position(item_genres, plain)) return KnownDescription{"genres", *order};
    return std::nullopt;
}

bool is_name_of_id(Side side, std::string_view name)
{
    const std::string plain = plain_name(name);
    if (side == Side::users) return plain == "user" || plain == "userid" || plain == "uid";
    return plain == "item" || plain == "itemid" || plain == "iid";
}

}  // namespace alster
