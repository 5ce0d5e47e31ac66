#include <algorithm>
#include <stdexcept>

#include "specs/library.h"
#include "specs/specification.h"

namespace fwproof::specs {
namespace {

struct Library {
  std::vector<Specification> specifications;
  std::map<std::string, std::string_view, std::less<>> texts;  // by id
};

Library load_library() {
  Library library;
  for (const EmbeddedFile& file : embedded_library()) {
    model::Sources sources;
    sources.files.push_back({std::string(file.path), std::string(file.text)});
    LoadedSpecifications loaded = load_specifications(sources, 0);
    // What is built in has passed the tests: an error here is our own.
    if (!loaded.diagnostics.empty()) throw std::logic_error("built-in specification " + std::string(file.path) + ": " + loaded.diagnostics[0].message);
    for (Specification& spec : loaded.specifications) {
      library.texts[spec.id] = file.text;
      library.specifications.push_back(std::move(spec));
    }
  }
  std::sort(library.specifications.begin(), library.specifications.end(),
            [](const Specification& a, const Specification& b) { return a.id < b.id; });
  return library;
}

const Library& library() {
  static const Library loaded = load_library();
  return loaded;
}

}  // namespace

const std::vector<Specification>& builtin() { return library().specifications; }

const Specification* find_builtin(std::string_view id) {
  for (const Specification& spec : builtin())
    if (spec.id == id) return &spec;
  return nullptr;
}

std::string_view builtin_text(std::string_view id) {
  const auto found = library().texts.find(id);
  return found == library().texts.end() ? std::string_view{} : found->second;
}

}  // namespace fwproof::specs
