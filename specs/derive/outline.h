// Where in a document something stands: sections with what their headings say, and footnotes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "specs/derive/document.h"
#include "specs/derive/facts.h"

namespace fwproof::specs::derive {

struct Section {
  std::string title;
  Setting setting;
  bool about_ports = false;         // its heading or its text speaks of ports
  unsigned level = 1;
  std::vector<unsigned> heading_protocols;   // for sections below it
  Standing lead;                    // sentences that speak of "the following ports"
  std::optional<size_t> group;      // the specification that its rows are in
};

// Level of a heading that only looks like one: below every real heading.
constexpr unsigned kTitleLineLevel = 90;

constexpr size_t kMaxSections = 20'000;   // headings beyond begin no section

class Outline {
 public:
  explicit Outline(const std::string& document_title);

  void enter(const std::string& heading, unsigned level, const RoleBook& book);
  Section& now() { return sections_.back(); }
  bool full() const { return sections_.size() >= kMaxSections; }
  size_t index() const { return sections_.size() - 1; }
  Section& at(size_t index) { return sections_[index]; }

 private:
  std::vector<Section> sections_;
  std::vector<size_t> open_;        // enclosing sections, the outermost first
};

// "TCP ports", "UDP": of which protocols the rows below a heading are; empty: it does not say.
std::vector<unsigned> protocols_of_heading(const std::string& heading);

bool speaks_of_ports(std::string_view lower_text);

// Marks ("†", "[1]", "(*)") → the text of the note.
using Footnotes = std::map<std::string, std::string, std::less<>>;
Footnotes read_footnotes(const Document& document);

}  // namespace fwproof::specs::derive
