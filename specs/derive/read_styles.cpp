#include "specs/derive/read_styles.h"

#include <algorithm>

#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr std::string_view kStruckParts[] = {"line-through", "linethrough", "strike", "strikethrough", "strikeout", "struck"};
constexpr std::string_view kStruckNames[] = {"del", "s", "deleted"};
constexpr std::string_view kAgedParts[] = {"deprecat", "obsolet", "removed", "unused", "outdated", "legacy", "disabled"};

bool is_name(char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '_'; }

Look look_of_name(std::string_view name) {
  const auto holds = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
  const bool is = std::find(std::begin(kStruckNames), std::end(kStruckNames), name) != std::end(kStruckNames);
  if (is || std::any_of(std::begin(kStruckParts), std::end(kStruckParts), holds)) return Look::struck;
  return std::any_of(std::begin(kAgedParts), std::end(kAgedParts), holds) ? Look::aged : Look::plain;
}

}  // namespace

Look look_of_names(std::string_view names) {
  constexpr size_t kMost = 400;
  const std::string lower = to_lower(names.substr(0, kMost));
  Look look = Look::plain;
  for (size_t at = 0; at < lower.size();) {
    size_t end = at;
    while (end < lower.size() && is_name(lower[end])) ++end;
    const Look of = look_of_name(std::string_view(lower).substr(at, end - at));
    if (of == Look::struck) return of;
    if (of == Look::aged) look = of;
    at = end + 1;
  }
  return look;
}

bool strikes_out(std::string_view style) {
  constexpr size_t kMost = 4096;
  return to_lower(style.substr(0, kMost)).find("line-through") != std::string::npos;
}

std::string marked(std::string_view text, Look look) {
  switch (look) {
    case Look::plain: return std::string(text);
    case Look::struck: return "~~" + std::string(text) + "~~";
    case Look::aged: return std::string(text) + " (deprecated)";
  }
  return {};
}

}  // namespace fwproof::specs::derive
