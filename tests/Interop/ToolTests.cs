using System.Linq;
using System.Reflection;
using Xunit;

namespace CodePipeline.ThirdParty.Interop;

/// <summary>The programs that tests of this suite need.</summary>
public class ToolTests
{
    [SkippableTheory]
    [InlineData(nameof(Tool.Aws), "the AWS CLI (aws)")]
    [InlineData(nameof(Tool.Boto3), "Python with boto3")]
    [InlineData(nameof(Tool.Moto), "moto's server (moto_server)")]
    [InlineData(nameof(Tool.InfoZip), "Info-ZIP (zip and unzip)")]
    [InlineData(nameof(Tool.Tar), "tar")]
    public void Program_OfTests_IsInstalled(string name, string program)
    {
        Tool tool = System.Enum.Parse<Tool>(name);
        MethodInfo[] tests = typeof(ToolTests).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttributes().OfType<IToolTest>().Any(test => test.Tools.Contains(tool)))
            .ToArray();

        Assert.NotEmpty(tests);
        Skip.If(!Tools.IsInstalled(tool), $"{tests.Length} tests need {program}, which is not installed");
    }
}
