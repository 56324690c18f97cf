using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace CodePipeline.ThirdParty.Files;

/// <summary>A folder of Unix by its descriptor.</summary>
internal sealed class UnixFolder(UnixDescriptor folder, string path) : FolderHandle(path)
{
    // Each level keeps a descriptor open while it is emptied.
    private const int Deepest = 64;

    private const string DeepPrefix = ".cpthirdparty-deep-";

    private int _moved;

    /// <inheritdoc/>
    public override DateTimeOffset Written => TimeOf(UnixCalls.FactsOf(folder));

    /// <inheritdoc/>
    public override IReadOnlyList<string> Names =>
        UnixCalls.List(folder).Select(each => UnixCalls.Text(each.Name)).ToList();

    private UnixDescriptor Descriptor => folder;

    internal static DateTimeOffset TimeOf(UnixFacts? facts) =>
        facts is null ? DateTimeOffset.MaxValue : DateTimeOffset.FromUnixTimeSeconds(facts.Written);

    /// <inheritdoc/>
    public override FolderHandle? OpenOwn(string name)
    {
        UnixDescriptor? found = UnixCalls.OpenFolder(folder, UnixCalls.Bytes(name));
        if (found is null)
        {
            return null;
        }

        if (UnixCalls.FactsOf(found) is { IsFolder: true, IsOwn: true })
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
        if (!UnixCalls.MakeFolder(folder, UnixCalls.Bytes(name), made))
        {
            return null;
        }

        // Whose it is goes unasked: on some network disks all belongs to one user.
        return UnixCalls.OpenFolder(folder, UnixCalls.Bytes(name)) is UnixDescriptor found
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

        // It comes to its name when it is locked: nobody ever finds it without its owner.
        string unlocked = $"{name}-{Guid.NewGuid():N}";
        using (FileStream file = OwnerOnly.Open(
            System.IO.Path.Combine(Path, unlocked), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Write(content, 0, content.Length);
        }

        UnixFileLock? made = LockOf(unlocked, isOwn: false);
        if (made is null || !UnixCalls.Move(folder, UnixCalls.Bytes(unlocked), folder, UnixCalls.Bytes(name)))
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
    public override bool Has(string name) => UnixCalls.FactsOf(folder, UnixCalls.Bytes(name)) is not null;

    /// <inheritdoc/>
    public override bool TryMove(string name, FolderHandle to, string newName) =>
        UnixCalls.Move(folder, UnixCalls.Bytes(name), ((UnixFolder)to).Descriptor, UnixCalls.Bytes(newName));

    /// <inheritdoc/>
    public override string? Delete(string name) =>
        Delete(folder, UnixCalls.Bytes(name), mayBeFolder: true, 0, UnixCalls.FactsOf(folder)?.Device) ?? DeleteDeep();

    /// <inheritdoc/>
    public override string? Clear(string except)
    {
        ulong? device = UnixCalls.FactsOf(folder)?.Device;
        string? left = null;
        foreach ((byte[] Name, bool MayBeFolder) each in UnixCalls.List(folder))
        {
            if (UnixCalls.Text(each.Name) != except)
            {
                left = Delete(folder, each.Name, each.MayBeFolder, 0, device) ?? left;
            }
        }

        return left ?? DeleteDeep();
    }

    /// <inheritdoc/>
    public override bool DeleteOne(string name)
    {
        byte[] bytes = UnixCalls.Bytes(name);
        return UnixCalls.RemoveFolder(folder, bytes) || UnixCalls.RemoveFile(folder, bytes) || !Has(name);
    }

    public override void Dispose() => folder.Dispose();

    private UnixFileLock? LockOf(string name, bool isOwn)
    {
        byte[] bytes = UnixCalls.Bytes(name);
        UnixDescriptor? file = UnixCalls.OpenFile(folder, bytes);
        if (file is null)
        {
            return null;
        }

        bool? locked = null;
        UnixFacts? facts = UnixCalls.FactsOf(file);
        bool isRight = isOwn ? facts is { IsFile: true, IsOwn: true, Links: 1 } : facts is null or { IsFile: true };
        if (!isRight || (locked = UnixCalls.TryLock(file)) == false)
        {
            file.Dispose();
            return null;
        }

        bool isExclusive = false;
        if (locked == true)
        {
            using UnixDescriptor? second = UnixCalls.OpenFile(folder, bytes);
            isExclusive = second is not null && UnixCalls.TryLock(second) == false;
        }

        return new UnixFileLock(file, TimeOf(facts), isExclusive);
    }

    // What lies very deep was moved up to here.
    private string? DeleteDeep()
    {
        ulong? device = UnixCalls.FactsOf(folder)?.Device;
        string? left = null;
        while (_moved > 0 && left is null)
        {
            _moved = 0;
            foreach ((byte[] Name, bool MayBeFolder) each in UnixCalls.List(folder))
            {
                if (UnixCalls.Text(each.Name).StartsWith(DeepPrefix, StringComparison.Ordinal))
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
            return UnixCalls.RemoveFile(place, name) || UnixCalls.FactsOf(place, name) is null
                ? null
                : $"'{UnixCalls.Text(name)}' could not be deleted";
        }

        string? left = null;
        using (found)
        {
            UnixFacts? facts = UnixCalls.FactsOf(found);
            if (facts is not null && device is not null && facts.Device != device)
            {
                return $"'{UnixCalls.Text(name)}' is another volume";
            }

            if (depth >= Deepest)
            {
                byte[] up = UnixCalls.Bytes($"{DeepPrefix}{Guid.NewGuid():N}");
                if (UnixCalls.Move(place, name, folder, up))
                {
                    _moved++;
                    return null;
                }
            }

            if (facts is { IsLocked: true } && facts.Owner == UnixCalls.User)
            {
                UnixCalls.Unlock(found);
            }

            foreach ((byte[] Name, bool MayBeFolder) each in UnixCalls.List(found))
            {
                left = Delete(found, each.Name, each.MayBeFolder, depth + 1, device) ?? left;
            }
        }

        return UnixCalls.RemoveFolder(place, name) ? null : left ?? $"'{UnixCalls.Text(name)}' could not be deleted";
    }

    private static UnixDescriptor? Open(UnixDescriptor place, byte[] name)
    {
        UnixDescriptor? found = UnixCalls.OpenFolder(place, name);
        if (found is null && UnixCalls.FactsOf(place, name) is { IsFolder: true, IsLocked: true, IsOwn: true })
        {
            UnixCalls.Unlock(place, name);
            found = UnixCalls.OpenFolder(place, name);
        }

        return found;
    }

    private sealed class UnixFileLock(UnixDescriptor file, DateTimeOffset written, bool isExclusive) : FileLock
    {
        private byte[]? _content;

        public override DateTimeOffset Written => written;

        public override byte[] Content => _content ??= UnixCalls.ReadHead(file, LongestContent);

        public override bool IsExclusive => isExclusive;

        public override void Dispose() => file.Dispose();
    }
}
