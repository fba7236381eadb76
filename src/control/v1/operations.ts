/**
 * The handler of every operation of the REST API service (API Gateway 2015-07-09, 124 operations). A
 * forgotten one does not compile.
 */
import type { Handlers } from '../../aws/handlers.ts'
import type { RestOperations } from '../../aws/operations.v1.ts'
import type { ControlContext } from '../context.ts'
import * as account from './account.ts'
import * as apiKeyImport from './api-key-import.ts'
import * as apiKeys from './api-keys.ts'
import * as authorizers from './authorizers.ts'
import * as basePathMappings from './base-path-mappings.ts'
import * as caches from './caches.ts'
import * as clientCertificates from './client-certificates.ts'
import * as deployments from './deployments.ts'
import * as documentation from './documentation.ts'
import * as documentationVersions from './documentation-versions.ts'
import * as domainAccess from './domain-name-access-associations.ts'
import * as domainNames from './domain-names.ts'
import * as exports from './exports.ts'
import * as gatewayResponses from './gateway-responses.ts'
import * as importing from './import.ts'
import * as integrationResponses from './integration-responses.ts'
import * as integrations from './integrations.ts'
import * as methodResponses from './method-responses.ts'
import * as methods from './methods.ts'
import * as models from './models.ts'
import * as requestValidators from './request-validators.ts'
import * as resources from './resources.ts'
import * as restApis from './rest-apis.ts'
import * as sdks from './sdks.ts'
import * as stages from './stages.ts'
import * as tagging from './tagging.ts'
import * as testInvoke from './test-invoke.ts'
import * as usage from './usage.ts'
import * as usagePlanKeys from './usage-plan-keys.ts'
import * as usagePlans from './usage-plans.ts'
import * as vpcLinks from './vpc-links.ts'

/** What takes longer than a write may hold up the others. */
export const outsideTransaction: ReadonlySet<string> = new Set([
  'GenerateClientCertificate',
  'TestInvokeAuthorizer',
  'TestInvokeMethod',
])

export const restHandlers = {
  CreateApiKey: apiKeys.createApiKey,
  CreateAuthorizer: authorizers.createAuthorizer,
  CreateBasePathMapping: basePathMappings.createBasePathMapping,
  CreateDeployment: deployments.createDeployment,
  CreateDocumentationPart: documentation.createDocumentationPart,
  CreateDocumentationVersion: documentationVersions.createDocumentationVersion,
  CreateDomainName: domainNames.createDomainName,
  CreateDomainNameAccessAssociation: domainAccess.createDomainNameAccessAssociation,
  CreateModel: models.createModel,
  CreateRequestValidator: requestValidators.createRequestValidator,
  CreateResource: resources.createResource,
  CreateRestApi: restApis.createRestApi,
  CreateStage: stages.createStage,
  CreateUsagePlan: usagePlans.createUsagePlan,
  CreateUsagePlanKey: usagePlanKeys.createUsagePlanKey,
  CreateVpcLink: vpcLinks.createVpcLink,
  DeleteApiKey: apiKeys.deleteApiKey,
  DeleteAuthorizer: authorizers.deleteAuthorizer,
  DeleteBasePathMapping: basePathMappings.deleteBasePathMapping,
  DeleteClientCertificate: clientCertificates.deleteClientCertificate,
  DeleteDeployment: deployments.deleteDeployment,
  DeleteDocumentationPart: documentation.deleteDocumentationPart,
  DeleteDocumentationVersion: documentationVersions.deleteDocumentationVersion,
  DeleteDomainName: domainNames.deleteDomainName,
  DeleteDomainNameAccessAssociation: domainAccess.deleteDomainNameAccessAssociation,
  DeleteGatewayResponse: gatewayResponses.deleteGatewayResponse,
  DeleteIntegration: integrations.deleteIntegration,
  DeleteIntegrationResponse: integrationResponses.deleteIntegrationResponse,
  DeleteMethod: methods.deleteMethod,
  DeleteMethodResponse: methodResponses.deleteMethodResponse,
  DeleteModel: models.deleteModel,
  DeleteRequestValidator: requestValidators.deleteRequestValidator,
  DeleteResource: resources.deleteResource,
  DeleteRestApi: restApis.deleteRestApi,
  DeleteStage: stages.deleteStage,
  DeleteUsagePlan: usagePlans.deleteUsagePlan,
  DeleteUsagePlanKey: usagePlanKeys.deleteUsagePlanKey,
  DeleteVpcLink: vpcLinks.deleteVpcLink,
  FlushStageAuthorizersCache: caches.flushStageAuthorizersCache,
  FlushStageCache: caches.flushStageCache,
  GenerateClientCertificate: clientCertificates.generateClientCertificate,
  GetAccount: account.getAccount,
  GetApiKey: apiKeys.getApiKey,
  GetApiKeys: apiKeys.getApiKeys,
  GetAuthorizer: authorizers.getAuthorizer,
  GetAuthorizers: authorizers.getAuthorizers,
  GetBasePathMapping: basePathMappings.getBasePathMapping,
  GetBasePathMappings: basePathMappings.getBasePathMappings,
  GetClientCertificate: clientCertificates.getClientCertificate,
  GetClientCertificates: clientCertificates.getClientCertificates,
  GetDeployment: deployments.getDeployment,
  GetDeployments: deployments.getDeployments,
  GetDocumentationPart: documentation.getDocumentationPart,
  GetDocumentationParts: documentation.getDocumentationParts,
  GetDocumentationVersion: documentationVersions.getDocumentationVersion,
  GetDocumentationVersions: documentationVersions.getDocumentationVersions,
  GetDomainName: domainNames.getDomainName,
  GetDomainNameAccessAssociations: domainAccess.getDomainNameAccessAssociations,
  GetDomainNames: domainNames.getDomainNames,
  GetExport: exports.getExport,
  GetGatewayResponse: gatewayResponses.getGatewayResponse,
  GetGatewayResponses: gatewayResponses.getGatewayResponses,
  GetIntegration: integrations.getIntegration,
  GetIntegrationResponse: integrationResponses.getIntegrationResponse,
  GetMethod: methods.getMethod,
  GetMethodResponse: methodResponses.getMethodResponse,
  GetModel: models.getModel,
  GetModels: models.getModels,
  GetModelTemplate: models.getModelTemplate,
  GetRequestValidator: requestValidators.getRequestValidator,
  GetRequestValidators: requestValidators.getRequestValidators,
  GetResource: resources.getResource,
  GetResources: resources.getResources,
  GetRestApi: restApis.getRestApi,
  GetRestApis: restApis.getRestApis,
  GetSdk: sdks.getSdk,
  GetSdkType: sdks.getSdkType,
  GetSdkTypes: sdks.getSdkTypes,
  GetStage: stages.getStage,
  GetStages: stages.getStages,
  GetTags: tagging.getTags,
  GetUsage: usage.getUsage,
  GetUsagePlan: usagePlans.getUsagePlan,
  GetUsagePlanKey: usagePlanKeys.getUsagePlanKey,
  GetUsagePlanKeys: usagePlanKeys.getUsagePlanKeys,
  GetUsagePlans: usagePlans.getUsagePlans,
  GetVpcLink: vpcLinks.getVpcLink,
  GetVpcLinks: vpcLinks.getVpcLinks,
  ImportApiKeys: apiKeyImport.importApiKeys,
  ImportDocumentationParts: documentation.importDocumentationParts,
  ImportRestApi: importing.importRestApi,
  PutGatewayResponse: gatewayResponses.putGatewayResponse,
  PutIntegration: integrations.putIntegration,
  PutIntegrationResponse: integrationResponses.putIntegrationResponse,
  PutMethod: methods.putMethod,
  PutMethodResponse: methodResponses.putMethodResponse,
  PutRestApi: importing.putRestApi,
  RejectDomainNameAccessAssociation: domainAccess.rejectDomainNameAccessAssociation,
  TagResource: tagging.tagResource,
  TestInvokeAuthorizer: testInvoke.testInvokeAuthorizer,
  TestInvokeMethod: testInvoke.testInvokeMethod,
  UntagResource: tagging.untagResource,
  UpdateAccount: account.updateAccount,
  UpdateApiKey: apiKeys.updateApiKey,
  UpdateAuthorizer: authorizers.updateAuthorizer,
  UpdateBasePathMapping: basePathMappings.updateBasePathMapping,
  UpdateClientCertificate: clientCertificates.updateClientCertificate,
  UpdateDeployment: deployments.updateDeployment,
  UpdateDocumentationPart: documentation.updateDocumentationPart,
  UpdateDocumentationVersion: documentationVersions.updateDocumentationVersion,
  UpdateDomainName: domainNames.updateDomainName,
  UpdateGatewayResponse: gatewayResponses.updateGatewayResponse,
  UpdateIntegration: integrations.updateIntegration,
  UpdateIntegrationResponse: integrationResponses.updateIntegrationResponse,
  UpdateMethod: methods.updateMethod,
  UpdateMethodResponse: methodResponses.updateMethodResponse,
  UpdateModel: models.updateModel,
  UpdateRequestValidator: requestValidators.updateRequestValidator,
  UpdateResource: resources.updateResource,
  UpdateRestApi: restApis.updateRestApi,
  UpdateStage: stages.updateStage,
  UpdateUsage: usage.updateUsage,
  UpdateUsagePlan: usagePlans.updateUsagePlan,
  UpdateVpcLink: vpcLinks.updateVpcLink,
} satisfies Handlers<RestOperations, ControlContext>
