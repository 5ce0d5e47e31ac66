// Who takes part: abbreviations that the document explains, names in its tables, and what headings say of both.
//
//   RoleBook book;
//   book.define("ADM", "Computer or network used for administration");
//   book.split("IH, CAS");                       // {"IH", "CAS"}
//   book.id_of("Client computers");              // "Client-computers", with that text as its title
//   book.id_of("Internet (any)");                // "ANY"
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "specs/derive/document.h"
#include "specs/derive/vocabulary.h"
#include "specs/specification.h"

namespace fwproof::specs::derive {

// Names that stay apart: the second "x" becomes "x-2".
class UniqueNames {
 public:
  std::string take(const std::string& name);

 private:
  std::set<std::string> taken_;
  std::map<std::string, unsigned> last_;   // number that was given last, by the name asked for
};

constexpr size_t kMostMeanings = 10'000;   // explanations that are kept
constexpr size_t kMostNames = 64;          // of one cell

class RoleBook {
 public:
  bool is_full() const { return meanings_.size() >= kMostMeanings; }
  size_t long_cells() const { return long_cells_; }
  void define(std::string_view name, std::string_view meaning);
  // A name that the document uses: in a short cell, as an end in several headings, in quotes.
  void use(std::string_view name);
  bool uses(std::string_view name) const { return knows(name) || used_.contains(lower_case(strip(name, "`*\"'"))); }
  bool knows(std::string_view name) const { return meanings_.contains(lower_case(strip(name))); }
  // The same text gives the same id. Never empty.
  std::string id_of(std::string_view text);
  Role role(const std::string& id) const;
  // Of a cell: "a, b", "a; b", lists; "and" and "/" only between names that are known or abbreviations.
  std::vector<std::string> split(std::string_view cell) const;
  // Number of tokens from here on that name a role which is known or ANY; 0: none.
  size_t match(const Passage& passage, size_t token) const;

 private:
  std::map<std::string, std::pair<std::string, std::string>> meanings_;   // by lower case: name, meaning
  std::map<std::string, std::string> ids_;                                // by lower case of the text
  std::map<std::string, std::string> titles_;                             // by id
  UniqueNames unique_;
  std::set<std::string> used_;
  mutable size_t long_cells_ = 0;                                         // with more names than are kept
};

// Explanations of names in the document: "ADM = administration", "CAS: …", tables of two columns without ports.
void read_legend(const Document& document, RoleBook& book);

// What a heading, a caption or a lead says about the rows below it.
struct Scene {
  std::string from;
  std::string to;
  std::string peer;        // the other side, where a column tells the direction
  std::string host;        // the system that the rows are about: "Control plane"
  Direction direction = Direction::unknown;
  bool both_ways = false;
  bool names_are_open = false; // nothing else in the document has them as names of hosts
  bool way_is_open = false;    // "between A and B"
  bool host_is_open = false;   // a sentence names it, but says it of something else too
  bool says_something() const { return names_roles() || !host.empty() || !peer.empty(); }
  bool names_roles() const { return !from.empty() || !to.empty() || direction != Direction::unknown; }
};
Scene scene_of(std::string_view heading);
// Nothing of a heading that is about something else ("Changes from 2.1 to 3.0"); names that nothing vouches for are open.
Scene vouched(Scene scene, std::string_view heading, const RoleBook& book);

// Letters, digits, '.', '-', '_' of the text: "Größe (x)" → "Grosse-x"; may be empty.
std::string slug(std::string_view text);
// At most this many bytes, cut between characters.
std::string clip(std::string_view text, size_t most);

constexpr const char* kAny = "ANY";
constexpr const char* kServer = "SERVER";   // the system that the document is about, where it has no name of its own

}  // namespace fwproof::specs::derive
