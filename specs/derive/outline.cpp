#include "specs/derive/outline.h"

#include <algorithm>

#include "model/packet.h"

namespace fwproof::specs::derive {
namespace {

constexpr size_t kMostNote = 500;

// The mark that a note begins with: "†", "**", "(*)", "[1]"; empty: none.
std::string_view mark_of(std::string_view line) {
  const auto first = static_cast<unsigned char>(line[0]);
  if (line[0] == '*') return line.substr(0, std::min(line.find_first_not_of('*'), line.size()));
  if (line[0] == '[' || line[0] == '(') {
    const size_t end = line.find(line[0] == '[' ? ']' : ')');
    const bool is_short = end != std::string_view::npos && end > 1 && end <= 8;
    const bool is_mark = is_short && (line[0] == '[' || line.substr(1, end - 1).find_first_not_of("*0123456789") == std::string_view::npos);
    return is_mark ? line.substr(0, end + 1) : std::string_view();
  }
  // † ‡ (U+2020, U+2021), § (U+00A7), ¹ ² ³ (U+00B9, U+00B2, U+00B3), ⁰ to ⁹ (U+2070 to U+2079)
  const bool symbol = line.starts_with("†") || line.starts_with("‡") || line.starts_with("§") || line.starts_with("¹") || line.starts_with("²") || line.starts_with("³") ||
                      line.starts_with("\xe2\x81");
  return symbol ? line.substr(0, first == 0xe2 ? 3 : 2) : std::string_view();
}

}  // namespace

Outline::Outline(const std::string& document_title) {
  Section section;
  section.title = document_title;
  section.level = 0;
  section.about_ports = speaks_of_ports(lower_case(document_title));
  section.setting.around = in_doubt(standing_of(document_title, Stands::heading, "the title"), "the title");
  sections_.push_back(std::move(section));
  open_.push_back(0);
}

void Outline::enter(const std::string& heading, unsigned level, const RoleBook& book) {
  if (sections_.size() >= kMaxSections) return;
  while (open_.size() > 1 && sections_[open_.back()].level >= level) open_.pop_back();
  const Section& parent = sections_[open_.back()];
  Section section;
  section.title = heading;
  section.level = level;
  section.setting.scene = vouched(scene_of(heading), heading, book);
  section.setting.protocols = protocols_of_heading(heading);
  if (section.setting.protocols.empty()) section.setting.protocols = parent.heading_protocols;
  section.heading_protocols = section.setting.protocols;
  const Standing above = within(parent.setting.around, in_doubt(parent.lead, "the text above"));
  section.setting.around = within(above, standing_of(heading, Stands::heading, "the heading"));
  Scene& scene = section.setting.scene;
  if (!scene.says_something()) scene = parent.setting.scene;
  else if (scene.host.empty()) scene.host = parent.setting.scene.host;
  section.about_ports = parent.about_ports || speaks_of_ports(lower_case(heading));
  sections_.push_back(std::move(section));
  open_.push_back(sections_.size() - 1);
}

std::vector<unsigned> protocols_of_heading(const std::string& heading) {
  constexpr size_t kMostWords = 6;
  constexpr std::string_view kOther[] = {"difference", "differences", "vs", "versus", "between", "over", "unterschied", "différence", "diferencia"};
  const Passage text = make_passage(heading, 1);
  if (text.size() > kMostWords || std::any_of(std::begin(kOther), std::end(kOther), [&](std::string_view word) { return holds_phrase(text.lower, word); })) return {};
  std::vector<unsigned> protocols = stated_protocols(text);
  std::erase_if(protocols, [](unsigned protocol) { return !model::has_ports(protocol); });
  for (size_t token = 0; token < text.size(); ++token)
    if (const auto protocol = protocol_of_compound(text.word(token))) protocols.push_back(*protocol);
  return protocols;
}

bool speaks_of_ports(std::string_view lower_text) {
  constexpr std::string_view kWords[] = {"port", "ports", "firewall", "firewalls", "tcp", "udp", "puerto", "puertos", "pare-feu", "flux", "firewallregeln"};
  return std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view word) { return holds_phrase(lower_text, word); });
}

Footnotes read_footnotes(const Document& document) {
  Footnotes notes;
  for (const Block& block : document.blocks) {
    if (block.kind != Block::Kind::paragraph) continue;
    std::string* open = nullptr;
    for (const Line& line : block.lines) {
      const std::string_view mark = line.text.empty() ? std::string_view() : mark_of(line.text);
      const std::string_view text = strip(std::string_view(line.text).substr(mark.size()));
      if (!mark.empty() && !text.empty()) open = &(notes[std::string(mark)] = std::string(text));
      else if (open && open->size() < kMostNote) open->append(" ").append(line.text);
    }
  }
  for (auto& [mark, text] : notes) text = clip(text, kMostNote);
  return notes;
}

}  // namespace fwproof::specs::derive
