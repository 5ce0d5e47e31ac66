#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "specs/library.h"
#include "specs/specification.h"

namespace fwproof::specs {
namespace {

// A file of the library, read when somebody asks for what is in it: reading all of them takes a tenth of a small check.
class BuiltinFile {
 public:
  const std::vector<Specification>& specifications(const EmbeddedFile& file) {
    std::call_once(read_, [&] { specifications_ = load(file); });
    return specifications_;
  }

 private:
  static std::vector<Specification> load(const EmbeddedFile& file) {
    model::Sources sources;
    sources.files.push_back({std::string(file.path), std::string(file.text)});
    LoadedSpecifications loaded = load_specifications(sources, 0);
    // What is built in has passed the tests: an error here is our own.
    if (!loaded.diagnostics.empty()) throw std::logic_error("built-in specification " + std::string(file.path) + ": " + loaded.diagnostics[0].message);
    return std::move(loaded.specifications);
  }

  std::once_flag read_;
  std::vector<Specification> specifications_;
};

const std::vector<Specification>& specifications_of(size_t file) {
  static std::vector<BuiltinFile> files(embedded_library().size());
  return files[file].specifications(embedded_library()[file]);
}

struct Found {
  const Specification* specification = nullptr;
  std::string_view text;
};

Found find(std::string_view id) {
  const std::string quoted = '"' + std::string(id) + '"';
  for (size_t i = 0; i < embedded_library().size(); ++i) {
    const std::string_view text = embedded_library()[i].text;
    if (text.find(quoted) == std::string_view::npos) continue;
    for (const Specification& specification : specifications_of(i))
      if (specification.id == id) return {&specification, text};
  }
  return {};
}

}  // namespace

std::vector<Specification> builtin() {
  std::vector<Specification> all;
  for (size_t i = 0; i < embedded_library().size(); ++i) all.insert(all.end(), specifications_of(i).begin(), specifications_of(i).end());
  std::sort(all.begin(), all.end(), [](const Specification& a, const Specification& b) { return a.id < b.id; });
  return all;
}

const Specification* find_builtin(std::string_view id) { return find(id).specification; }

std::string_view builtin_text(std::string_view id) { return find(id).text; }

}  // namespace fwproof::specs
