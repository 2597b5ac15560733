// libFuzzer target: bytes as a SPEC of the command line. It is read or refused, and an array that was read is that of
// the SPEC that spells its elements out.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "ir/literal_text.h"
#include "ir/ops/element.h"
#include "tools/arguments.h"
#include "tools/spec.h"

namespace {

using tjit::Array;
using tjit::DType;
using tjit::Type;

/// The product of the numbers in a text.
double product(std::string_view text) {
  double result = 1, number = 0;
  bool is_number = false;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    if (is_digit) number = (is_number ? 10 * number : 0) + (c - '0');
    if (is_number && !is_digit) result *= number;
    is_number = is_digit;
  }
  return is_number ? result * number : result;
}

/// Whether what is read takes little memory: a few bytes of text may ask for all there is.
bool is_small(std::string_view spec) {
  const std::size_t shape = spec.rfind("shape=(");
  return product(spec.substr(0, spec.find('='))) < 1e4 && (shape == spec.npos || product(spec.substr(shape)) < 1e4);
}

/// Whether it names a file elsewhere: there may be devices.
bool is_outside(const std::string& spec) { return spec.starts_with('@') && spec.find('/') != spec.npos; }

std::string spell(const Array& array) {
  const DType dtype = array.dtype();
  const DType part = tjit::is_complex(dtype) ? tjit::part_type(dtype) : dtype;
  const int size = tjit::size_of(dtype);
  const auto* data = static_cast<const std::byte*>(array.data());
  std::string text = tjit::to_string(array.type()) + "=";
  for (std::int64_t i = 0; i < array.size(); ++i) {
    if (i > 0) text += ',';
    tjit::append_element(text, part, data + i * size);
    if (part == dtype) continue;
    std::string imaginary;
    tjit::append_element(imaginary, part, data + i * size + tjit::size_of(part));
    text += (imaginary.starts_with('-') ? "" : "+") + imaginary + 'j';
  }
  return text;
}

void read_or_refuse(const std::string& spec, const Type& param) {
  Array read;
  try {
    read = tjit::parse_spec(spec, param).contiguous();
  } catch (const tjit::Error& e) {
    if (e.kind() == tjit::Error::Kind::Internal) throw;
    return;
  }
  if (spec.starts_with('@')) return;  // whose NaNs are any
  const Array again = tjit::parse_spec(spell(read), {});
  const auto* bytes = static_cast<const char*>(read.data());
  if (again.type() != read.type() ||
      !std::equal(bytes, bytes + tjit::byte_count(read.type()), static_cast<const char*>(again.data())))
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool no_input = std::freopen("/dev/null", "r", stdin) != nullptr;  // for `-`
  const std::string spec(reinterpret_cast<const char*>(data), size);
  if (!no_input || !is_small(spec) || is_outside(spec)) return 0;
  try {
    (void)tjit::is_name(spec.substr(0, spec.find('=')));
  } catch (const tjit::UsageError&) {
    // A type that is none.
  }
  read_or_refuse(spec, {DType::F32, {2, 3}});
  read_or_refuse(spec, {DType::C64, {tjit::Dims::kUnknown, 2}});
  read_or_refuse(spec, {DType::Bool, {}});
  read_or_refuse(spec, {DType::U8, {3}});
  return 0;
}
