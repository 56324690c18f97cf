using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace CodePipeline.ThirdParty.Interop;

/// <summary>A test that needs third-party programs.</summary>
internal interface IToolTest
{
    Tool[] Tools { get; }
}

/// <summary>
/// A fact that exists only where its programs are installed. <see cref="ToolTests"/> reports each missing program once,
/// with the number of its tests.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("CodePipeline.ThirdParty.Interop.ToolFactDiscoverer", "CodePipeline.ThirdParty.Interop")]
internal sealed class ToolFactAttribute(params Tool[] tools) : FactAttribute, IToolTest
{
    public Tool[] Tools { get; } = tools;
}

/// <summary>A theory that exists only where its programs are installed; see <see cref="ToolFactAttribute"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("CodePipeline.ThirdParty.Interop.ToolTheoryDiscoverer", "CodePipeline.ThirdParty.Interop")]
internal sealed class ToolTheoryAttribute(params Tool[] tools) : TheoryAttribute, IToolTest
{
    public Tool[] Tools { get; } = tools;
}

internal sealed class ToolFactDiscoverer(IMessageSink messages) : FactDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        Programs.Missing(factAttribute) ? [] : base.Discover(discoveryOptions, testMethod, factAttribute);
}

internal sealed class ToolTheoryDiscoverer(IMessageSink messages) : TheoryDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute) =>
        Programs.Missing(theoryAttribute) ? [] : base.Discover(discoveryOptions, testMethod, theoryAttribute);
}

internal static class Programs
{
    public static bool Missing(IAttributeInfo attribute) =>
        ((Tool[])attribute.GetConstructorArguments().Single()).Any(tool => !Tools.IsInstalled(tool));
}
