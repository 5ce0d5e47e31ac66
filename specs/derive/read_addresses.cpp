#include "specs/derive/read_addresses.h"

#include <algorithm>
#include <set>
#include <utility>

namespace fwproof::specs::derive {
namespace {

constexpr size_t kLongestAuthority = 262;   // RFC 1035: 253 characters of a name; and a port

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "host:8443" of "https://host:8443/x"; empty: no port is named.
std::string_view authority_at(std::string_view line, size_t from) {
  const std::string_view rest = line.substr(from, kLongestAuthority);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#\"'<>()[]{} \t|`"));
  const size_t colon = authority.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == authority.size() || authority.size() - colon > 6) return {};
  const std::string_view port = authority.substr(colon + 1);
  return std::all_of(port.begin(), port.end(), is_digit) ? authority : std::string_view();
}

using Found = std::set<std::pair<uint32_t, std::string>>;

Found addresses_in(const std::vector<std::string_view>& lines) {
  Found found;
  for (size_t i = 0; i < lines.size() && found.size() < kMaxAddresses; ++i)
    for (size_t at = lines[i].find("://"); at != std::string_view::npos && found.size() < kMaxAddresses; at = lines[i].find("://", at + 3))
      if (const std::string_view authority = authority_at(lines[i], at + 3); !authority.empty()) found.emplace(static_cast<uint32_t>(i + 1), authority);
  return found;
}

void drop_visible(const std::vector<Line>& lines, Found& found) {
  for (const Line& line : lines)
    for (auto at = found.lower_bound({line.number, ""}); at != found.end() && at->first == line.number;) at = line.text.find(at->second) == std::string::npos ? std::next(at) : found.erase(at);
}

}  // namespace

void read_addresses(Document& document, const std::vector<std::string_view>& lines) {
  Found found = addresses_in(lines);
  if (found.empty()) return;
  for (const Block& block : document.blocks) {
    drop_visible(block.lines, found);
    for (const TableRow& row : block.rows)
      for (const Cell& cell : row.cells) drop_visible(cell.lines, found);
  }
  for (const auto& [line, authority] : found) document.addresses.push_back({authority, line});
}

}  // namespace fwproof::specs::derive
