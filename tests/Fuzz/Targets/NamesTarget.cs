using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using CodePipeline.ThirdParty.Artifacts;
using CodePipeline.ThirdParty.Artifacts.Archives;
using CodePipeline.ThirdParty.Fuzz.Making;
using CodePipeline.ThirdParty.Worker;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>
/// Untrusted names that become file names, one on each line: names of jobs, artifacts and archive entries, with the
/// rules of all systems.
/// </summary>
internal sealed class NamesTarget : FuzzTarget
{
    private static readonly string[] s_names =
    {
        "a", "b/c.txt", "..", "../x", "a/../../x", "/etc/passwd", "C:\\x", "\\\\h\\s", "CON", "com1.txt", "a:b",
        ".hidden", "a/./b", "a//b", "trail.", "sp ", "\u00c4", "A\u0308", "nul .txt", "COM\u00b9", "link>a",
        "link>../x", "link>/x", "link>b/..", "link/x", "a\\..\\b", "x\0y",
    };

    private static readonly SearchValues<char> s_windowsSeparators = SearchValues.Create("\\:");
    private static readonly SearchValues<char> s_forbidden = SearchValues.Create("/\\:\0*?<>|\"");
    private static readonly NameRules[] s_systems = { NameRules.Linux, NameRules.MacOS, NameRules.Windows };

    public override string Name => "names";

    public override int Longest => 16 * 1024;

    public override long Allowance(int length) => 1 << 20 | (length * 2000L);

    public override IReadOnlyList<byte[]> Words { get; } =
        AsWords(
            "\n", "/", "\\", "..", ".", ">", ":", "CON", "NUL", "LPT9", "\u0130", "\ufb01", "\u00b9", "$", " ",
            "\u0000");

    public override byte[] Make(Draw draw) => Encoding.UTF8.GetBytes(string.Join(
        "\n",
        Enumerable.Range(0, draw.Between(1, 6)).Select(_ => draw.Chance(0.7) ? draw.Pick(s_names) : draw.Text(200))));

    public override string Run(byte[] input)
    {
        string[] names = Encoding.UTF8.GetString(input).Split('\n');
        foreach (string name in names)
        {
            CheckFileName(SafeFileName.For(name), name);
            CheckFileName(ArtifactFileNames.For(new JobArtifact(name, null, "S3", "b", name)), name);
            _ = ArchiveErrors.Shown(name);
        }

        return string.Join("/", s_systems.Select(system => Tree(names, system)));
    }

    private static string Tree(string[] names, NameRules rules)
    {
        ExtractionLimits limits = new() { MaxEntries = 5000, MaxPathLength = 2000 };
        ArchiveEntryIndex tree = new("archive", rules, limits);
        try
        {
            foreach (string name in names)
            {
                string[] link = name.Split('>', 2);
                ArchiveEntryNode node = tree.Add(
                    link[0], link.Length == 2 ? NodeKind.Link : name.EndsWith('/') ? NodeKind.Folder : NodeKind.File);
                if (link.Length == 2)
                {
                    node.Target = link[1];
                }

                CheckPath(node.Path, rules);
            }

            tree.CheckLinks();
            foreach (ArchiveEntryNode link in tree.Links)
            {
                CheckTarget(link);
            }

            return "whole" + Count(tree.Links.Count());
        }
        catch (ArchiveException error)
        {
            return error.Fault.ToString() + Shape(error)[..Math.Min(30, Shape(error).Length)];
        }
    }

    private static void CheckPath(string path, NameRules rules)
    {
        string full = Path.GetFullPath(Path.Combine("/root-folder", path));
        Hold(
            full == "/root-folder" || full.StartsWith("/root-folder/", StringComparison.Ordinal),
            "An entry is outside the folder.");
        string[] segments = path.Split('/', '\\');
        Hold(!segments.Contains(".."), "An entry has '..' in its path.");
        Hold(
            !rules.IsWindows || path.AsSpan().IndexOfAny(s_windowsSeparators) < 0,
            "Windows interprets the path of an entry differently.");
    }

    /// <summary>Checks the text of a symbolic link: it must not climb above the root.</summary>
    private static void CheckTarget(ArchiveEntryNode link)
    {
        Hold(link.Target!.Length > 0 && link.Target[0] is not ('/' or '\\'), "A symbolic link is absolute.");
        if (!link.Target.Contains(".."))
        {
            return;
        }

        string folder = Path.GetDirectoryName("/" + link.Path)!;
        int depth = folder.Split('/', StringSplitOptions.RemoveEmptyEntries).Length;
        int up = link.Target.Split('/').Count(segment => segment == "..");
        int down = link.Target.Split('/').Count(segment => segment is not (".." or "." or ""));
        Hold(up <= depth + down + 1000 && (down > 0 || up <= depth), "A symbolic link points outside the folder.");
    }

    private static void CheckFileName(string safe, string name)
    {
        Hold(safe.Length is > 0 and < 150 && safe is not ("." or ".."), $"The name has {safe.Length} characters.");
        Hold(
            safe.AsSpan().IndexOfAny(s_forbidden) < 0 && !safe.Any(char.IsControl),
            "A file name contains a character with a special meaning on some system.");
        Hold(
            !safe.EndsWith('.') && !safe.EndsWith(' ') && !safe.StartsWith('.'),
            "Windows changes the start or end of a file name.");
        string stem = safe.Split('.')[0].TrimEnd();
        Hold(
            NameRules.Windows.Fault(stem.Length == 0 ? "x" : stem) is null,
            "A file name is a Windows device name.");
        _ = name;
    }
}
