// Tests that are files: an input, a line `// ----`, and what is expected of it. TJIT_BLESS=1 rewrites expectations.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tjit {

/// The folder `tests/` of the source tree.
std::filesystem::path tests_folder();

/// All `.tir` files below `tests/<folder>`, sorted. Fails the test when there are none.
std::vector<std::filesystem::path> text_files(const std::string& folder);

std::string read_text(const std::filesystem::path& path);

/// The part of a test file before `// ----`.
std::string input_of(const std::string& text);

/// The rest of the first line `// name: ...` of a test's input, or an empty string: how a test says what to do with it.
std::string directive(std::string_view input, std::string_view name);

/// From a test's input and path to what is compared with its expectation. An exception fails the test.
using TextTest = std::function<std::string(const std::string& input, const std::filesystem::path& path)>;

/// Runs `test` on every file of `tests/<folder>` and reports the first line that differs.
void run_text_tests(const std::string& folder, const TextTest& test);

/// Compares `found` with the whole file at `path`, which TJIT_BLESS=1 writes.
void check_golden(const std::filesystem::path& path, const std::string& found);

}  // namespace tjit
