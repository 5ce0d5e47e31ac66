#include "cli/plain_json.h"

#include <algorithm>

namespace fwproof::cli {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  // Behind white space; NUL at the end.
  char peek() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
    return at_ == end_ ? '\0' : *at_;
  }

  bool take(char c) {
    if (peek() != c || c == '\0') return false;
    ++at_;
    return true;
  }

  bool is_at_end() { return peek() == '\0' && at_ == end_; }

  bool text(std::string_view& value) {
    if (!take('"')) return false;
    const char* start = at_;
    while (at_ != end_ && *at_ >= ' ' && *at_ <= '~' && *at_ != '"' && *at_ != '\\') ++at_;
    value = {start, static_cast<size_t>(at_ - start)};
    return at_ != end_ && *at_++ == '"';
  }

  // A whole number without sign, or a word; what follows it is looked at by the next take().
  bool bare(std::string_view& value) {
    peek();
    const char* start = at_;
    while (at_ != end_ && ((*at_ >= '0' && *at_ <= '9') || (*at_ >= 'a' && *at_ <= 'z'))) ++at_;
    value = {start, static_cast<size_t>(at_ - start)};
    if (value == "true" || value == "false" || value == "null") return true;
    const bool digits = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits && (value.size() == 1 || value[0] != '0');
  }

 private:
  const char* at_;
  const char* end_;
};

bool add(PlainMembers& members, std::array<std::string_view, PlainMembers::kMost>& keys, size_t& seen, const PlainMembers::Member& member, bool is_null) {
  if (seen == PlainMembers::kMost || std::find(keys.begin(), keys.begin() + seen, member.key) != keys.begin() + seen) return false;
  keys[seen++] = member.key;
  if (!is_null) members.list[members.count++] = member;
  return true;
}

}  // namespace

bool read_plain_object(std::string_view text, PlainMembers& members) {
  members.count = 0;
  std::array<std::string_view, PlainMembers::kMost> keys;
  size_t seen = 0;
  Reader reader(text);
  if (!reader.take('{')) return false;
  if (reader.take('}')) return reader.is_at_end();
  do {
    PlainMembers::Member member;
    if (!reader.text(member.key) || !reader.take(':')) return false;
    const bool quoted = reader.peek() == '"';
    if (!(quoted ? reader.text(member.value) : reader.bare(member.value))) return false;
    if (!add(members, keys, seen, member, !quoted && member.value == "null")) return false;
  } while (reader.take(','));
  return reader.take('}') && reader.is_at_end();
}

}  // namespace fwproof::cli
