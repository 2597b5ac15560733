// Finding, splitting, comparing and rewriting text tests.
#include "tests/text_runner.h"

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>
#include <fstream>
#include <iterator>

namespace tjit {

namespace {

constexpr std::string_view kSeparator = "// ----\n";

/// Where the line `// ----` starts, or npos.
std::size_t find_separator(std::string_view text) {
  for (std::size_t at = text.find(kSeparator); at != text.npos; at = text.find(kSeparator, at + 1))
    if (at == 0 || text[at - 1] == '\n') return at;
  return text.npos;
}

std::string first_difference(std::string_view found, std::string_view expected) {
  for (int line = 1; !found.empty() || !expected.empty(); ++line) {
    const std::string_view f = found.substr(0, found.find('\n')), e = expected.substr(0, expected.find('\n'));
    if (f != e || found.empty() || expected.empty())
      return "line " + std::to_string(line) + " of the expectation\n  expected: " + std::string(e) +
             "\n  found:    " + std::string(f);
    found.remove_prefix(std::min(f.size() + 1, found.size()));
    expected.remove_prefix(std::min(e.size() + 1, expected.size()));
  }
  return "the ends of the lines differ";
}

bool is_blessed() {
  const char* bless = std::getenv("TJIT_BLESS");
  return bless != nullptr && std::string_view(bless) == "1";
}

/// Compares what was found with what the file at `path` expects behind `head`.
void check_expectation(const std::filesystem::path& path, const std::string& head, const std::string& found,
                       const std::string& expected) {
  if (found == expected) return;
  if (is_blessed()) {
    std::ofstream(path, std::ios::binary) << head << found;
    MESSAGE("rewritten: " << path.string());
  } else {
    FAIL_CHECK(path.string() << ": " << first_difference(found, expected) << "\n(TJIT_BLESS=1 rewrites it)");
  }
}

void run_text_test(const std::filesystem::path& path, const TextTest& test) {
  const std::string text = read_text(path), input = input_of(text);
  const std::size_t at = find_separator(text);
  const std::string expected = at == text.npos ? "" : text.substr(at + kSeparator.size());
  std::string found;
  try {
    found = test(input, path);
  } catch (const std::exception& e) {
    FAIL_CHECK(path.string() << "\n" << std::string(e.what()));
    return;
  }
  check_expectation(path, input + std::string(kSeparator), found, expected);
}

}  // namespace

std::filesystem::path tests_folder() { return std::filesystem::path(TJIT_SOURCE_DIR) / "tests"; }

std::vector<std::filesystem::path> text_files(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(tests_folder() / folder))
    if (entry.path().extension() == ".tir") files.push_back(entry.path());
  std::ranges::sort(files);
  CHECK_MESSAGE(!files.empty(), "no tests in " << folder);
  return files;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE_MESSAGE(in.good(), "cannot read " << path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string input_of(const std::string& text) { return text.substr(0, find_separator(text)); }

std::string directive(std::string_view input, std::string_view name) {
  const std::string head = "// " + std::string(name) + ": ";
  while (!input.empty()) {
    const std::string_view line = input.substr(0, input.find('\n'));
    if (line.starts_with(head)) return std::string(line.substr(head.size()));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
  }
  return {};
}

void run_text_tests(const std::string& folder, const TextTest& test) {
  for (const std::filesystem::path& path : text_files(folder)) run_text_test(path, test);
}

void check_golden(const std::filesystem::path& path, const std::string& found) {
  check_expectation(path, "", found, is_blessed() && !exists(path) ? "" : read_text(path));
}

}  // namespace tjit
