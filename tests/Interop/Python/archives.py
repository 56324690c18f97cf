"""Writes archives for the tests, and lists zips as JSON."""
import io
import json
import os
import stat
import sys
import tarfile
import zipfile


def write_zip(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("plain.txt", "text")
        archive.writestr("ünï/漢字 😀.txt", "names")
        run = zipfile.ZipInfo("bin/run", (2020, 2, 3, 4, 5, 6))
        run.external_attr = (stat.S_IFREG | 0o755) << 16
        archive.writestr(run, "#!/bin/sh")
        link = zipfile.ZipInfo("link")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "bin/run")
        folder = zipfile.ZipInfo("empty/")
        folder.external_attr = (stat.S_IFDIR | 0o755) << 16
        archive.writestr(folder, b"")
        with archive.open("wide", "w", force_zip64=True) as wide:
            wide.write(b"wide" * 1000)
        archive.writestr(zipfile.ZipInfo("stored"), b"s" * 1000, zipfile.ZIP_STORED)


def write_many(path):
    with zipfile.ZipFile(path, "w") as archive:
        for index in range(70000):
            archive.writestr(f"d{index % 100}/{index}", str(index))


def write_stream(path):
    class NoSeek(io.RawIOBase):
        def __init__(self, inner):
            self.inner = inner

        def writable(self):
            return True

        def write(self, data):
            return self.inner.write(data)

    with open(path, "wb") as raw, zipfile.ZipFile(NoSeek(raw), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("streamed", "s" * 100000)
        archive.writestr("second", "text")


def write_tar(path, form):
    formats = {"gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT, "ustar": tarfile.USTAR_FORMAT}
    with tarfile.open(path, "w:gz", format=formats[form]) as archive:
        def add(name, content=b"", **fields):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            info.mtime = 1000000000
            for key, value in fields.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(content))

        add("dir", type=tarfile.DIRTYPE, mode=0o755)
        add("dir/run", b"#!/bin/sh", mode=0o755)
        add("link", type=tarfile.SYMTYPE, linkname="dir/run")
        add("hard", type=tarfile.LNKTYPE, linkname="dir/run")
        add("ünï 漢字", b"names")
        add("long/" * 30 + "end", b"long")
        if form != "ustar":
            add("longer/" * 100 + "漢", b"longer")


def list_zip(path):
    with zipfile.ZipFile(path) as archive:
        bad = archive.testzip() if os.path.getsize(path) < 1 << 30 else None
        last = archive.infolist()[-1]
        print(json.dumps({
            "bad": bad,
            "names": archive.namelist()[:100],
            "count": len(archive.namelist()),
            "sizes": [info.file_size for info in archive.infolist()[:3]],
            "modes": [oct(info.external_attr >> 16) for info in archive.infolist()[:100]],
            "last": archive.read(last).decode(),
        }))


commands = {"zip": write_zip, "many": write_many, "stream": write_stream, "tar": write_tar, "list": list_zip}
commands[sys.argv[1]](*sys.argv[2:])
