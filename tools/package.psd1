# What a package holds, to the file; renewed by: ./tools/New-Package.ps1 -RenewContents
@{
    # The size that users are told of is kept.
    MaximumBytes = 6000000
    Contents     = @(
        'bin/Core/AWSSDK.Core.dll'
        'bin/Core/AWSSDK.SecurityToken.dll'
        'bin/Core/AWSSDK.SSO.dll'
        'bin/Core/AWSSDK.SSOOIDC.dll'
        'bin/Core/CodePipeline.ThirdParty.Core.dll'
        'bin/Core/CodePipeline.ThirdParty.dll'
        'bin/Core/CodePipeline.ThirdParty.Emulation.dll'
        'bin/Core/CodePipeline.ThirdParty.Loader.dll'
        'bin/Desktop/AWSSDK.Core.dll'
        'bin/Desktop/AWSSDK.SecurityToken.dll'
        'bin/Desktop/AWSSDK.SSO.dll'
        'bin/Desktop/AWSSDK.SSOOIDC.dll'
        'bin/Desktop/CodePipeline.ThirdParty.Core.dll'
        'bin/Desktop/CodePipeline.ThirdParty.dll'
        'bin/Desktop/CodePipeline.ThirdParty.Emulation.dll'
        'bin/Desktop/CodePipeline.ThirdParty.Loader.dll'
        'bin/Desktop/Microsoft.Bcl.AsyncInterfaces.dll'
        'bin/Desktop/Microsoft.Bcl.TimeProvider.dll'
        'bin/Desktop/System.Buffers.dll'
        'bin/Desktop/System.Memory.dll'
        'bin/Desktop/System.Numerics.Vectors.dll'
        'bin/Desktop/System.Runtime.CompilerServices.Unsafe.dll'
        'bin/Desktop/System.Text.Encodings.Web.dll'
        'bin/Desktop/System.Text.Json.dll'
        'bin/Desktop/System.Threading.Tasks.Extensions.dll'
        'CodePipeline.ThirdParty.Format.ps1xml'
        'CodePipeline.ThirdParty.psd1'
        'CodePipeline.ThirdParty.psm1'
        'LICENSE'
        'THIRD-PARTY-NOTICES.txt'
    )
}
