"""Writes files/ and expected.txt: .npy and .npz files that lie, and what the error about each must say.

    python3 make_hostile.py

Truncations and bit flips are not here: the tests make them from the good files under golden/npy.
"""

import io
import pathlib
import struct
import zipfile
import zlib

FOLDER = pathlib.Path(__file__).parent / "files"
expected = []


def write(name, data, message):
    (FOLDER / name).write_bytes(data)
    expected.append(f"{name}\t{message}\n")


def npy(header, data=b"", version=(1, 0), length=None):
    header = header.encode("latin1")
    prefix = struct.pack("<H" if version[0] == 1 else "<I", len(header) if length is None else length)
    return b"\x93NUMPY" + bytes(version) + prefix + header + data


def array(descr="'<f4'", shape="(2,)", order="False", data=bytes(8)):
    return npy(f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n", data)


def npy_files():
    write("empty.npy", b"", "found 0 bytes, expected an .npy file")
    write("text.npy", b"not an array at all", "found other bytes than \\x93NUMPY at the start")
    write("version_9.npy", npy("{}", version=(9, 0)), "found .npy version 9.0, expected 1.0, 2.0 or 3.0")
    write("version_1_7.npy", npy("{}", version=(1, 7)), "found .npy version 1.7")
    write("long_header.npy", npy("{}", version=(2, 0), length=0xFFFFFFFF), "found a header of 4294967295 bytes")
    write("short_header.npy", npy("{}", length=1000), "found the end of the file, expected a header of 1000 bytes")
    for i, (descr, found) in enumerate(
        [
            ("'<c32'", "found element type '<c32', expected bool (b1), int8 (i1)"),
            ("'<f16'", "found element type '<f16'"),
            ("'<m8'", "found element type '<m8'"),
            ("'<U3'", "found element type '<U3'"),
            ("'|O'", "found an array of Python objects"),
            ("[('x', '<f4')]", "found a structured element type"),
            ("('<f4', (2,))", "found a structured element type"),
            ("''", "found element type ''"),
            ("'<<f4'", "found element type '<<f4'"),
            ("'\x01\x1b[2J'", "found element type '??[2J'"),
            ("4", "expected a string"),
            ("'<f4", "found element type '<f4, '"),
            ("'\\x3cf4'", "expected a string without escapes"),
            ("__import__('os').system('true')", "expected a string"),
        ]
    ):
        write(f"descr_{i}.npy", array(descr=descr), found)
    for i, (shape, found) in enumerate(
        [
            ("(3,)", "found 8 bytes of elements, expected 12 for float32 (3)"),
            ("(3, 1)", "found 8 bytes of elements, expected 12"),
            ("(3L,)", "found 8 bytes of elements, expected 12 for float32 (3)"),
            ("(2LL,)", "expected `,`"),
            ("(281474976710656,)", "expected 1125899906842624 for float32"),
            ("(281474976710657,)", "expected at most 2^48 elements"),
            ("(4294967296, 4294967296)", "expected at most 2^48 elements"),
            ("(4611686018427387904, 4)", "expected at most 2^48 elements"),
            ("(9223372036854775807, 0)", "expected at most 2^48 elements"),
            ("(9223372036854775808,)", "expected a size below 2^63"),
            ("(" + "9" * 400 + ",)", "expected a size below 2^63"),
            ("(-2,)", "expected a size"),
            ("(2.0,)", "expected `,`"),
            ("(2)", "expected `,`"),
            ("2", "expected `(`"),
            ("[2]", "expected `(`"),
            ("(2,,)", "expected a size"),
            ("(,)", "expected a size"),
            ("(0x2,)", "expected `,`"),
            ("(2, )2", "expected `}`"),
            ("(True,)", "expected a size"),
            ("(1, 1, 1, 1, 1, 1, 1, 1, 2)", "found more than 8 dimensions"),
            ("(" * 5000, "expected a size"),
            ("None", "expected `(`"),
        ]
    ):
        write(f"shape_{i}.npy", array(shape=shape), found)
    write("order.npy", array(order="0"), "expected True or False")
    write("order_name.npy", array(order="Falsehood"), "expected `}`")
    for i, (header, found) in enumerate(
        [
            ("", "expected `{`"),
            ("{", "expected a string"),
            ("{}", "without all of"),
            ("[]", "expected `{`"),
            ("{'descr': '<f4', 'fortran_order': False}", "without all of"),
            (
                "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
                "found `'descr': '<f4', 'for` in the header, expected the keys",
            ),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}", "expected the keys"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} + 1", "expected the end of the header"),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)", "expected `}`"),
            ("{'descr' '<f4', 'fortran_order': False, 'shape': (2,)}", "expected `:`"),
        ]
    ):
        write(f"header_{i}.npy", npy(header, bytes(8)), found)


GOOD = array()


def member(
    name=b"a.npy",
    data=GOOD,
    method=0,
    packed=None,
    local_name=None,
    offset=None,
    crc=None,
    size=None,
    flags=0,
    local_crc=None,
    packed_size=None,
    zip64=None,
):
    """A member and its directory entry, each field of which can lie."""
    if packed is None:
        packed = data
        if method == 8:
            deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
            packed = deflate.compress(data) + deflate.flush()
    crc = zlib.crc32(data) if crc is None else crc
    return dict(
        name=name,
        packed=packed,
        method=method,
        crc=crc,
        local_crc=crc if local_crc is None else local_crc,
        size=len(data) if size is None else size,
        packed_size=len(packed) if packed_size is None else packed_size,
        local_name=local_name or name,
        offset=offset,
        flags=flags,
        zip64=zip64,
    )


def archive(
    members, count=None, directory_offset=None, directory_size=None, disk=0, after=b"", comment_size=0, end64=None
):
    body, directory = b"", b""
    for m in members:
        at = len(body) if m["offset"] is None else m["offset"]
        short = lambda v: min(v, 0xFFFFFFFF)
        extra = m["zip64"] or b""
        body += (
            struct.pack(
                "<IHHHIIIIHH",
                0x04034B50,
                20,
                m["flags"],
                m["method"],
                0,
                m["local_crc"],
                short(m["packed_size"]),
                short(m["size"]),
                len(m["local_name"]),
                0,
            )
            + m["local_name"]
            + m["packed"]
        )
        directory += struct.pack(
            "<IHHHHIIIIHHHHHII",
            0x02014B50,
            20,
            20,
            m["flags"],
            m["method"],
            0,
            m["crc"],
            short(m["packed_size"]),
            short(m["size"]),
            len(m["name"]),
            len(extra),
            0,
            0,
            0,
            0,
            short(at),
        )
        directory += m["name"] + extra
    offset = len(body) if directory_offset is None else directory_offset
    size = len(directory) if directory_size is None else directory_size
    count = len(members) if count is None else count
    end = struct.pack("<IHHHHIIH", 0x06054B50, disk, disk, count, count, size, offset, comment_size)
    return body + directory + (end64(offset, size, count, len(body) + len(directory)) if end64 else b"") + end + after


def end64(shift=0, grow=0, record_size=44, disks=1, lie=0):
    def build(offset, size, count, at):
        record = struct.pack(
            "<IQHHIIQQQQ", 0x06064B50, record_size, 45, 45, 0, 0, count + lie, count + lie, size + grow, offset
        )
        return record + struct.pack("<IIQI", 0x07064B50, 0, at + shift, disks)

    return build


def npz_files():
    write("empty.npz", b"", "found no zip directory at the end")
    write("text.npz", b"PK\3\4 and nothing else", "found no zip directory at the end")
    write("no_members.npz", archive([]), 'found no array "a", expected one of none')
    write(
        "other_key.npz", archive([member(b"b.npy"), member(b"c.npy")]), 'found no array "a", expected one of "b", "c"'
    )
    write(
        "bad_array.npz", archive([member(data=array(shape="(3,)"))]), "a.npy: found 8 bytes of elements, expected 12"
    )
    write("short_array.npz", archive([member(data=GOOD[:20])]), "a.npy: found the end of the file, expected a header of")
    write("crc.npz", archive([member(crc=12345)]), "a.npy: found other bytes than were written: the CRC differs")
    write("crc_deflated.npz", archive([member(method=8, crc=12345)]), "the CRC differs")
    write("crc_local.npz", archive([member(local_crc=1)]), "contradicts the member's own header")
    write("name.npz", archive([member(local_name=b"b.npy")]), "contradicts the member's own header")
    write("twice.npz", archive([member(), member(crc=1)]), "the CRC differs")
    write("overlap.npz", archive([member(), member(b"a.npy", offset=0)]), "found a.npy")
    nested = archive([member()])
    inner = member(b"b.npy", data=nested)
    write("nested_overlap.npz", archive([inner, member(offset=30 + 5)]), "found b.npy and a.npy on the same bytes")
    write("offset.npz", archive([member(offset=1000000)]), "points outside the file")
    write("offset_inside.npz", archive([member(offset=3)]), "points to something else than this member")
    write("encrypted.npz", archive([member(flags=1)]), "found an encrypted member")
    write(
        "method.npz", archive([member(method=12)]), "found compression method 12, expected stored (0) or deflated (8)"
    )
    write("count.npz", archive([member()], count=2), "found 1 members in the zip directory, expected 2")
    write("disk.npz", archive([member()], disk=1), "found a part of an archive in several files")
    write("directory_offset.npz", archive([member()], directory_offset=5), "not where its end record says")
    write("directory_size.npz", archive([member()], directory_size=0xFFFFFFFE), "not where its end record says")
    write("trailing.npz", archive([member()], after=b"x"), "found no zip directory at the end")
    write("comment.npz", archive([member()], comment_size=1), "found no zip directory at the end")
    write("stored_sizes.npz", archive([member(size=4)]), "found different sizes of a stored member")
    write("past_directory.npz", archive([member(size=10**6, packed_size=10**6)]), "points to something else")
    write("longer.npz", archive([member(method=8, size=len(GOOD) - 1)]), "found 7 bytes of elements, expected 8")
    longer = member(method=8, data=GOOD + bytes(100), size=len(GOOD), crc=zlib.crc32(GOOD))
    write("unpacks_longer.npz", archive([longer]), "unpacks to more bytes than the directory says")
    shorter = member(method=8, data=GOOD[:-4], size=len(GOOD))
    write("unpacks_shorter.npz", archive([shorter]), "unpacks to fewer bytes than the directory says")
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(GOOD) + deflate.flush()
    write("after_packed.npz", archive([member(method=8, packed=packed + b"xyz")]), "found bytes after the packed ones")
    write("cut_packed.npz", archive([member(method=8, packed=packed[:-3])]), "found damaged packed bytes")
    write("noise.npz", archive([member(method=8, packed=b"\xff" * 40)]), "found damaged packed bytes")
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = array(descr="'|u1'", shape="(20000000,)", data=b"")
    packed = deflate.compress(bomb + bytes(30000000)) + deflate.flush()
    write(
        "bomb.npz",
        archive([member(data=bomb, method=8, packed=packed, size=len(bomb) + 20000000)]),
        "unpacks to more bytes than the directory says",
    )
    write("ratio.npz", archive([member(method=8, size=4000000000)]), "found a declared size of 4000000000 bytes")
    huge = struct.pack("<HHQ", 1, 8, 2**62)
    write(
        "declared.npz",
        archive([member(method=8, size=2**62, zip64=huge)]),
        "found a declared size of 4611686018427387904 bytes",
    )
    huge = struct.pack("<HHQQ", 1, 16, 2**64 - 1, 2**64 - 1)
    write("wrap.npz", archive([member(size=2**64 - 1, packed_size=2**64 - 1, zip64=huge)]), "points to something else")
    write(
        "zip64_short.npz",
        archive([member(size=2**33, zip64=struct.pack("<HHI", 1, 4, 7))]),
        "found a short zip64 field",
    )
    write(
        "end64_outside.npz",
        archive([member()], end64=end64(shift=10**12)),
        "found a zip64 end record outside the file",
    )
    write("end64_shift.npz", archive([member()], end64=end64(shift=-1)), "found a damaged zip64 end record")
    write("end64_grow.npz", archive([member()], end64=end64(grow=2**63)), "not where its end record says")
    write(
        "end64_record.npz", archive([member()], end64=end64(record_size=2**64 - 1)), "found a damaged zip64 end record"
    )
    write("end64_disks.npz", archive([member()], end64=end64(disks=7)), "found a part of an archive in several files")
    write("end64_count.npz", archive([member()], end64=end64(lie=2**60)), "found 1 members in the zip directory")


FOLDER.mkdir(exist_ok=True)
for part in (npy_files, npz_files):
    part()
(FOLDER.parent / "expected.txt").write_text("".join(expected))
print(len(expected), "files in", FOLDER)
