using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace CodePipeline.ThirdParty.Files;

/// <summary>A Unix folder, accessed through its descriptor.</summary>
internal sealed class UnixFolder(UnixDescriptor folder, string path) : FolderHandle(path)
{
    // Each level keeps a descriptor open during the deletion.
    private const int Deepest = 64;

    private const string DeepPrefix = ".cpthirdparty-deep-";

    private int _moved;

    /// <inheritdoc/>
    public override DateTimeOffset Written => TimeOf(UnixNative.FactsOf(folder));

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names =>
        UnixNative.List(folder).Select(each => UnixNative.Text(each.Name)).ToList();

    private UnixDescriptor Descriptor => folder;

    internal static DateTimeOffset TimeOf(UnixFileStatus? status) =>
        status is null ? DateTimeOffset.MaxValue : DateTimeOffset.FromUnixTimeSeconds(status.Written);

    /// <inheritdoc/>
    public override FolderHandle? OpenOwn(string name)
    {
        UnixDescriptor? found = UnixNative.OpenFolder(folder, UnixNative.Bytes(name));
        if (found is null)
        {
            return null;
        }

        if (UnixNative.FactsOf(found) is { IsFolder: true, IsOwn: true })
        {
            return new UnixFolder(found, System.IO.Path.Combine(Path, name));
        }

        found.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public override FolderHandle? Make(string name, bool isHidden)
    {
        string made = System.IO.Path.Combine(Path, name);
        if (!UnixNative.MakeFolder(folder, UnixNative.Bytes(name), made))
        {
            return null;
        }

        // The owner is not checked, because on some network file systems everything belongs to one user.
        return UnixNative.OpenFolder(folder, UnixNative.Bytes(name)) is UnixDescriptor found
            ? new UnixFolder(found, made)
            : null;
    }

    /// <inheritdoc/>
    public override FileLock? MakeLock(string name, byte[] content)
    {
        if (Has(name))
        {
            return null;
        }

        // The file gets its name only when it is locked, so other processes never find it without an owner.
        string unlocked = $"{name}-{Guid.NewGuid():N}";
        using (FileStream file = PrivateFiles.Open(
            System.IO.Path.Combine(Path, unlocked), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Write(content, 0, content.Length);
        }

        UnixFileLock? made = LockOf(unlocked, isOwn: false);
        if (made is null || !UnixNative.Move(folder, UnixNative.Bytes(unlocked), folder, UnixNative.Bytes(name)))
        {
            made?.Dispose();
            _ = DeleteOne(unlocked);
            throw new IOException($"The file '{name}' could not be locked in '{Path}'.");
        }

        return made;
    }

    /// <inheritdoc/>
    public override FileLock? LockOwn(string name) => LockOf(name, isOwn: true);

    /// <inheritdoc/>
    public override bool Has(string name) => UnixNative.FactsOf(folder, UnixNative.Bytes(name)) is not null;

    /// <inheritdoc/>
    public override bool TryMove(string name, FolderHandle to, string newName) =>
        UnixNative.Move(folder, UnixNative.Bytes(name), ((UnixFolder)to).Descriptor, UnixNative.Bytes(newName));

    /// <inheritdoc/>
    public override string? Delete(string name) =>
        Delete(folder, UnixNative.Bytes(name), mayBeFolder: true, 0, UnixNative.FactsOf(folder)?.Device)
        ?? DeleteDeep();

    /// <inheritdoc/>
    public override string? Clear(string except)
    {
        ulong? device = UnixNative.FactsOf(folder)?.Device;
        string? left = null;
        foreach ((byte[] Name, bool MayBeFolder) each in UnixNative.List(folder))
        {
            if (UnixNative.Text(each.Name) != except)
            {
                left = Delete(folder, each.Name, each.MayBeFolder, 0, device) ?? left;
            }
        }

        return left ?? DeleteDeep();
    }

    /// <inheritdoc/>
    public override bool DeleteOne(string name)
    {
        byte[] bytes = UnixNative.Bytes(name);
        return UnixNative.RemoveFolder(folder, bytes) || UnixNative.RemoveFile(folder, bytes) || !Has(name);
    }

    public override void Dispose() => folder.Dispose();

    private UnixFileLock? LockOf(string name, bool isOwn)
    {
        byte[] bytes = UnixNative.Bytes(name);
        UnixDescriptor? file = UnixNative.OpenFile(folder, bytes);
        if (file is null)
        {
            return null;
        }

        bool? locked = null;
        UnixFileStatus? status = UnixNative.FactsOf(file);
        bool isAllowed = isOwn
            ? status is { IsFile: true, IsOwn: true, Links: 1 }
            : status is null or { IsFile: true };
        if (!isAllowed || (locked = UnixNative.TryLock(file)) == false)
        {
            file.Dispose();
            return null;
        }

        bool isExclusive = false;
        if (locked == true)
        {
            using UnixDescriptor? second = UnixNative.OpenFile(folder, bytes);
            isExclusive = second is not null && UnixNative.TryLock(second) == false;
        }

        return new UnixFileLock(file, TimeOf(status), isExclusive);
    }

    // Delete moves very deep folders up to this one, because it can keep only so many descriptors open.
    private string? DeleteDeep()
    {
        ulong? device = UnixNative.FactsOf(folder)?.Device;
        string? left = null;
        while (_moved > 0 && left is null)
        {
            _moved = 0;
            foreach ((byte[] Name, bool MayBeFolder) each in UnixNative.List(folder))
            {
                if (UnixNative.Text(each.Name).StartsWith(DeepPrefix, StringComparison.Ordinal))
                {
                    left = Delete(folder, each.Name, mayBeFolder: true, 0, device) ?? left;
                }
            }
        }

        return left;
    }

    private string? Delete(UnixDescriptor place, byte[] name, bool mayBeFolder, int depth, ulong? device)
    {
        if (!mayBeFolder || Open(place, name) is not UnixDescriptor found)
        {
            return UnixNative.RemoveFile(place, name) || UnixNative.FactsOf(place, name) is null
                ? null
                : $"'{UnixNative.Text(name)}' could not be deleted";
        }

        string? left = null;
        using (found)
        {
            UnixFileStatus? status = UnixNative.FactsOf(found);
            if (status is not null && device is not null && status.Device != device)
            {
                return $"'{UnixNative.Text(name)}' is another volume";
            }

            if (depth >= Deepest)
            {
                byte[] up = UnixNative.Bytes($"{DeepPrefix}{Guid.NewGuid():N}");
                if (UnixNative.Move(place, name, folder, up))
                {
                    _moved++;
                    return null;
                }
            }

            if (status is { IsLocked: true } && status.Owner == UnixNative.User)
            {
                UnixNative.Unlock(found);
            }

            foreach ((byte[] Name, bool MayBeFolder) each in UnixNative.List(found))
            {
                left = Delete(found, each.Name, each.MayBeFolder, depth + 1, device) ?? left;
            }
        }

        return UnixNative.RemoveFolder(place, name) ? null : left ?? $"'{UnixNative.Text(name)}' could not be deleted";
    }

    private static UnixDescriptor? Open(UnixDescriptor place, byte[] name)
    {
        UnixDescriptor? found = UnixNative.OpenFolder(place, name);
        if (found is null && UnixNative.FactsOf(place, name) is { IsFolder: true, IsLocked: true, IsOwn: true })
        {
            UnixNative.Unlock(place, name);
            found = UnixNative.OpenFolder(place, name);
        }

        return found;
    }

    private sealed class UnixFileLock(UnixDescriptor file, DateTimeOffset written, bool isExclusive) : FileLock
    {
        private byte[]? _content;

        public override DateTimeOffset Written => written;

        public override byte[] Content => _content ??= UnixNative.ReadHead(file, LongestContent);

        public override bool IsExclusive => isExclusive;

        public override void Dispose() => file.Dispose();
    }
}
