// Reading and writing .npy. The header is a Python dict literal of a fixed form, parsed strictly and never evaluated.
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include "runtime/io/npy.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <optional>
#include <string_view>

namespace tjit {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kPrefix = 8;  ///< magic and version
constexpr std::size_t kMaxHeader = 1 << 16;
constexpr std::size_t kAlignment = 64;  ///< of the first element, in files that we write
constexpr char kNativeOrder = std::endian::native == std::endian::little ? '<' : '>';

/// An element type as .npy names it, without the byte order. What NumPy lacks stands there as bytes (V), as the Python
/// package ml_dtypes writes it.
std::string npy_code(const DTypeInfo& t) {
  const char kind = !t.in_numpy              ? 'V'
                    : t.dtype == DType::Bool ? 'b'
                    : t.is_complex           ? 'c'
                    : t.is_float             ? 'f'
                    : t.is_signed            ? 'i'
                                             : 'u';
  return kind + std::to_string(t.size);
}

/// The letter that NumPy reads as well, of C's types: `h` is a short.
char npy_letter(const DTypeInfo& t) {
  const auto size = std::countr_zero(static_cast<unsigned>(t.size));
  return t.dtype == DType::Bool ? '?'
                                : (t.is_complex  ? "   FD"
                                   : t.is_float  ? " efd"
                                   : t.is_signed ? "bhiq"
                                                 : "BHIQ")[size];
}

/// `bool (b1), uint8 (u1) or float32 (f4)`, of all types.
std::string supported() {
  std::string text;
  for (const DTypeInfo& t : kDTypes) {
    if (!text.empty()) text += &t == std::end(kDTypes) - 1 ? " or " : ", ";
    text += std::string(t.name) + " (" + npy_code(t) + ")";
  }
  return text;
}

struct Header {
  Type type;
  bool swapped = false;        ///< bytes of an element stand in the other order than in memory
  bool fortran_order = false;  ///< the first index moves fastest
};

/// Parses `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }` with the keys in any order.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  Header parse() {
    expect('{');
    while (!accept('}')) {
      const std::size_t at = position_;
      const std::string_view key = string();
      expect(':');
      bool* seen = key == "descr"           ? &has_descr_
                   : key == "fortran_order" ? &has_order_
                   : key == "shape"         ? &has_shape_
                                            : nullptr;
      if (seen == nullptr || *seen) {
        position_ = at;
        wrong("the keys 'descr', 'fortran_order' and 'shape', each once");
      }
      *seen = true;
      if (key == "descr") descr();
      if (key == "fortran_order") header_.fortran_order = boolean();
      if (key == "shape") shape();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (position_ != text_.size()) wrong("the end of the header");
    if (!has_descr_ || !has_order_ || !has_shape_)
      fail_io(name_, "found a header without all of 'descr', 'fortran_order' and 'shape', expected them");
    return header_;
  }

 private:
  [[noreturn]] void wrong(std::string_view expected) {
    skip_space();
    std::string found;
    for (const char c : text_.substr(position_, 20)) found += c >= ' ' && c <= '~' ? c : '?';
    fail_io(name_, "found " + (found.empty() ? "the end" : "`" + found + "`") + " in the header, expected " +
                       std::string(expected));
  }

  void skip_space() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n')) ++position_;
  }

  bool accept(char c) {
    skip_space();
    if (position_ == text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  void expect(char c) {
    if (!accept(c)) wrong("`" + std::string(1, c) + "`");
  }

  bool accept_word(std::string_view word) {
    skip_space();
    if (!text_.substr(position_).starts_with(word)) return false;
    position_ += word.size();
    return true;
  }

  std::string_view string() {
    skip_space();
    const char quote = position_ < text_.size() ? text_[position_] : '\0';
    const std::size_t end = quote == '\'' || quote == '"' ? text_.find(quote, position_ + 1) : text_.npos;
    if (end == text_.npos) wrong("a string");
    const std::string_view value = text_.substr(position_ + 1, end - position_ - 1);
    if (value.find('\\') != value.npos) wrong("a string without escapes");
    position_ = end + 1;
    return value;
  }

  bool boolean() {
    if (accept_word("True")) return true;
    if (accept_word("False")) return false;
    wrong("True or False");
  }

  void descr() {
    if (accept('[') || accept('(')) fail_io(name_, "found a structured element type, expected " + supported());
    const std::string_view value = string();
    const bool has_order = !value.empty() && std::string_view("<>=|").find(value[0]) != std::string_view::npos;
    const std::string_view code = value.substr(has_order ? 1 : 0);
    const auto* found = std::ranges::find_if(kDTypes, [&](const DTypeInfo& t) {
      return npy_code(t) == code || (t.in_numpy && code == std::string(1, npy_letter(t))) || t.name == value;
    });
    if (code.starts_with('O')) fail_io(name_, "found an array of Python objects, expected " + supported());
    if (found == std::end(kDTypes)) {
      std::string text;
      for (const char c : value.substr(0, 20)) text += c >= ' ' && c <= '~' ? c : '?';
      fail_io(name_, "found element type '" + text + "', expected " + supported());
    }
    header_.type.dtype = found->dtype;
    header_.swapped = has_order && (value[0] == '<' || value[0] == '>') && value[0] != kNativeOrder;
  }

  std::int64_t size() {
    skip_space();
    const std::size_t begin = position_;
    std::int64_t value = 0;
    for (; position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9'; ++position_) {
      if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, text_[position_] - '0', &value)) {
        position_ = begin;
        wrong("a size below 2^63");
      }
    }
    if (position_ == begin) wrong("a size");
    if (position_ < text_.size() && text_[position_] == 'L') ++position_;  // a long of Python 2
    return value;
  }

  void shape() {
    expect('(');
    while (!accept(')')) {
      if (header_.type.shape.size() == Dims::kMax)
        fail_io(name_, "found more than " + std::to_string(Dims::kMax) + " dimensions, expected at most that");
      header_.type.shape.push_back(size());
      if (accept(',')) continue;
      // `(3)` is a number in Python, and NumPy writes `(3,)`.
      if (header_.type.shape.size() == 1) wrong("`,`");
      expect(')');
      break;
    }
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t position_ = 0;
  Header header_;
  bool has_descr_ = false, has_order_ = false, has_shape_ = false;
};

/// Bytes of the elements; the limits of `element_count` as an error of this file.
std::uint64_t data_bytes(const Type& type, const std::string& name) {
  try {
    return static_cast<std::uint64_t>(byte_count(type));
  } catch (const Error&) {
    fail_io(name, "found shape " + shape_text(type.shape) + ", expected at most 2^48 elements");
  }
}

Array allocate(const Type& type, const std::string& name) {
  try {
    return Array::empty(type);
  } catch (const Error& error) {
    fail_io(name, error.message());
  } catch (const std::bad_alloc&) {
    fail_io(name, "found " + to_string(type) + ", for which there is not enough memory");
  }
}

/// Brings elements as stored into the form that arrays have in memory.
void normalise(const Header& header, void* data, std::size_t bytes) {
  const DTypeInfo& type = info(header.type.dtype);
  const auto size = static_cast<std::size_t>(type.is_complex ? type.size / 2 : type.size);  // of a number
  auto* p = static_cast<std::uint8_t*>(data);
  if (header.type.dtype == DType::Bool) {
    // A bool other than 0 or 1 would be undefined behaviour in C++; NumPy takes it for true.
    for (std::size_t i = 0; i < bytes; ++i) p[i] = p[i] != 0;
  } else if (header.swapped) {
    for (std::size_t i = 0; i < bytes; i += size) std::reverse(p + i, p + i + size);
  }
}

/// The type whose row-major elements are those of `type` in column-major order.
Type reversed(Type type) {
  std::reverse(type.shape.begin(), type.shape.end());
  return type;
}

Array transposed(const Array& array) {
  View view = array.view();
  std::reverse(view.shape.begin(), view.shape.end());
  std::reverse(view.strides.begin(), view.strides.end());
  return array.view(view).contiguous();
}

std::uint32_t little_endian(const unsigned char* p, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= static_cast<std::uint32_t>(p[i]) << (8 * i);
  return value;
}

/// Reads everything before the elements; `*position` is where they start.
Header read_header(ByteSource& source, std::uint64_t size, const std::string& name, std::uint64_t* position) {
  unsigned char prefix[kPrefix + 4];
  if (size < kPrefix) fail_io(name, "found " + std::to_string(size) + " bytes, expected an .npy file");
  source.read(prefix, kPrefix);
  if (std::memcmp(prefix, kMagic.data(), kMagic.size()) != 0)
    fail_io(name, "found other bytes than \\x93NUMPY at the start, expected an .npy file");
  const int major = prefix[6], minor = prefix[7];
  if (major < 1 || major > 3 || minor != 0)
    fail_io(name,
            "found .npy version " + std::to_string(major) + "." + std::to_string(minor) + ", expected 1.0, 2.0 or 3.0");
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  if (size - kPrefix < length_bytes) fail_io(name, "found the end of the file, expected the length of the header");
  source.read(prefix + kPrefix, length_bytes);
  const std::uint64_t length = little_endian(prefix + kPrefix, length_bytes);
  *position = kPrefix + length_bytes + length;
  if (length > kMaxHeader)
    fail_io(name,
            "found a header of " + std::to_string(length) + " bytes, expected at most " + std::to_string(kMaxHeader));
  if (*position > size)
    fail_io(name, "found the end of the file, expected a header of " + std::to_string(length) + " bytes");
  std::string text(length, '\0');
  source.read(text.data(), text.size());
  return HeaderParser(text, name).parse();
}

class WholeFile : public ByteSource {
 public:
  explicit WholeFile(const InputFile& file) : file_(file) {}
  void read(void* to, std::size_t size) override {
    file_.read_at(offset_, to, size);
    offset_ += size;
  }

 private:
  const InputFile& file_;
  std::uint64_t offset_ = 0;
};

}  // namespace

bool starts_like_npy(ByteSource& source, std::uint64_t size) {
  char start[kMagic.size()];
  if (size < sizeof start) return false;
  source.read(start, sizeof start);
  return std::string_view(start, sizeof start) == kMagic;
}

Array read_npy(ByteSource& source, std::uint64_t size, const std::string& name) {
  std::uint64_t position = 0;
  const Header header = read_header(source, size, name, &position);
  const std::uint64_t bytes = data_bytes(header.type, name);
  if (bytes > size - position)
    fail_io(name, "found " + std::to_string(size - position) + " bytes of elements, expected " + std::to_string(bytes) +
                      " for " + std::string(info(header.type.dtype).name) + " " + shape_text(header.type.shape));
  Array array = allocate(header.fortran_order ? reversed(header.type) : header.type, name);
  source.read(array.mutable_data(), bytes);
  normalise(header, array.mutable_data(), bytes);
  return header.fortran_order ? transposed(array) : array;
}

std::string npy_header(const Type& type) {
  const bool has_order = size_of(type.dtype) > 1;
  std::string text = "{'descr': '";
  text += has_order ? kNativeOrder : '|';
  text += npy_code(info(type.dtype));
  text += "', 'fortran_order': False, 'shape': (";
  for (int d = 0; d < type.shape.size(); ++d) text += (d == 0 ? "" : ", ") + std::to_string(type.shape[d]);
  text += type.shape.size() == 1 ? ",), }" : "), }";
  // NumPy leaves room for the first size to grow to 21 digits, so that one can append in place.
  if (!type.shape.empty()) text.append(21 - std::to_string(type.shape[0]).size(), ' ');
  const std::size_t unpadded = kPrefix + 2 + text.size() + 1;
  text.append(kAlignment - unpadded % kAlignment, ' ');
  text += '\n';
  std::string header(kMagic);
  header += {'\1', '\0', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  return header + text;
}

Array load_npy(const std::filesystem::path& path) {
  const InputFile file(path);
  WholeFile source(file);
  return read_npy(source, file.size(), file.name());
}

void save_npy(const std::filesystem::path& path, const Array& array) {
  const Array elements = array.contiguous();
  const std::string header = npy_header(array.type());
  OutputFile out(path);
  out.write(header.data(), header.size());
  out.write(elements.data(), static_cast<std::size_t>(byte_count(array.type())));
  out.commit();
}

}  // namespace tjit
