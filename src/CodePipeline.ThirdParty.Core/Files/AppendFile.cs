using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CodePipeline.ThirdParty.Files;

/// <summary>
/// Opens a file in the append mode of the operating system. Each write goes to the current end of the file, even if
/// other processes write to the file or truncate it. <see cref="FileMode.Append"/> finds the end only once.
/// </summary>
internal static class AppendFile
{
    private const int Interrupted = 4;

    /// <summary>Opens a file, or creates one that only its owner can access.</summary>
    /// <exception cref="IOException">
    /// The file cannot be opened, is a symbolic link, or is not a regular file.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">Access is denied.</exception>
    public static Stream Open(string path) =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? OpenWindows(path) : OpenUnix(path);

    private static UnixAppend OpenUnix(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            try
            {
                PrivateFiles.Open(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite).Dispose();
            }
            catch (IOException) when (File.Exists(path))
            {
                // Another process created the file first.
            }
        }

        using UnixDescriptor folder = UnixNative.OpenFolder(Path.GetDirectoryName(path)!)
            ?? throw new DirectoryNotFoundException($"The folder '{Path.GetDirectoryName(path)}' does not exist.");
        byte[] name = UnixNative.Bytes(Path.GetFileName(path));
        UnixFileStatus? status = UnixNative.FactsOf(folder, name);
        UnixDescriptor? file = status is null or { IsFile: true } ? UnixNative.OpenAppend(folder, name) : null;
        if (file is null)
        {
            throw status switch
            {
                { IsLink: true } => new IOException("It is a symbolic link."),
                { IsFile: false } => new IOException("It is not a regular file."),
                _ => UnixNative.LastError(path),
            };
        }

        return new UnixAppend(file, path);
    }

    private static FileStream OpenWindows(string path)
    {
        const uint AppendAndSynchronize = 0x4 | 0x100000;
        const uint AllShares = 0x7;
        const uint OpenAlways = 4;
        if (OwnedFile.FaultOf(path) is string fault)
        {
            throw new IOException($"{char.ToUpperInvariant(fault[0])}{fault.Substring(1)}.");
        }

        // With only this right, Windows puts each write at the end.
        SafeFileHandle handle = CreateFile(
            path, AppendAndSynchronize, AllShares, IntPtr.Zero, OpenAlways, 0, IntPtr.Zero);
        if (handle.IsInvalid)
        {
            int error = Marshal.GetLastWin32Error();
            handle.Dispose();
            throw new IOException(new Win32Exception(error).Message, unchecked((int)0x80070000) | error);
        }

        return new FileStream(handle, FileAccess.Write, bufferSize: 1);
    }

#pragma warning disable SYSLIB1054 // .NET Framework has no source-generated imports.
    [DllImport("kernel32.dll", EntryPoint = "CreateFileW", CharSet = CharSet.Unicode, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern SafeFileHandle CreateFile(
        string path, uint access, uint share, IntPtr security, uint creation, uint flags, IntPtr template);
#pragma warning restore SYSLIB1054

    /// <summary>Writes to the end of the file, in a single system call if the system accepts all bytes.</summary>
    private sealed class UnixAppend(UnixDescriptor file, string path) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count)
        {
            byte[] rest = new byte[count];
            Buffer.BlockCopy(buffer, offset, rest, 0, count);
            while (rest.Length > 0)
            {
                long written = UnixNative.Write(file, rest);
                if (written < 0)
                {
                    if (Marshal.GetLastWin32Error() == Interrupted)
                    {
                        continue;
                    }

                    throw UnixNative.LastError(path);
                }

                byte[] left = new byte[rest.Length - written];
                Buffer.BlockCopy(rest, (int)written, left, 0, left.Length);
                rest = left;
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                file.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
