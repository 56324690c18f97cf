namespace CodePipeline.ThirdParty.Fuzz.Making;

/// <summary>Names of entries, many of them hostile.</summary>
internal static class EntryNames
{
    private static readonly string[] s_names =
    {
        "a.txt", "b/c.txt", "b/", "d/e/f.bin", "link", "link/x", "../canary.txt", "../../canary.txt", "/canary.txt",
        "b/../../canary.txt", "..", ".", "./a.txt", "b//c.txt", "CON", "a:b", "\\canary.txt", "..\\canary.txt",
        "\u00fc.txt", "A.TXT", "dest", "./", "b/.", "b/..",
    };

    private static readonly string[] s_targets =
    {
        "a.txt", "b", "..", "../canary.txt", "../outside", "/", "/tmp", "b/../../outside", "link", "./b/c.txt", "",
        "../dest/a.txt", "..\\outside", "nowhere/..",
    };

    public static string Of(Draw draw) => draw.Chance(0.85) ? draw.Pick(s_names) : draw.Text(200);

    public static string Target(Draw draw) => draw.Chance(0.9) ? draw.Pick(s_targets) : draw.Text(5000);
}
